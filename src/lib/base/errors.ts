/**
 * Exit codes of `ctl`, one per kind of trouble; scripts rely on them.
 * 1 is a bug, everything else the operator can act on.
 */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unreachable: 5,
  timeout: 6,
  unplaceable: 7,
  failed: 8,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

interface CtlErrorOptions {
  /** What to do next, as a sentence or a command. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An error the operator can act on: what happened, to what, what to do next, and the exit code. */
export class CtlError extends Error {
  readonly exitCode: ExitCode
  readonly hint: string | undefined

  constructor(exitCode: ExitCode, message: string, options: CtlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.exitCode = exitCode
    this.hint = options.hint
  }
}

/** Wrong usage or an invalid unit file: exit 2. */
export class UsageError extends CtlError {
  constructor(message: string, options?: CtlErrorOptions) {
    super(exitCodes.usage, message, options)
  }
}

/** No such unit, unit file or machine: exit 3. */
export class NotFoundError extends CtlError {
  constructor(message: string, options?: CtlErrorOptions) {
    super(exitCodes.notFound, message, options)
  }
}

/** Other contents under that name, or a race was lost: exit 4. */
export class ConflictError extends CtlError {
  constructor(message: string, options?: CtlErrorOptions) {
    super(exitCodes.conflict, message, options)
  }
}

/** etcd, Docker, ssh or a machine cannot be reached: exit 5. */
export class UnreachableError extends CtlError {
  constructor(message: string, options?: CtlErrorOptions) {
    super(exitCodes.unreachable, message, options)
  }
}

/** Not done within the time allowed: exit 6. */
export class TimeoutError extends CtlError {
  constructor(message: string, options?: CtlErrorOptions) {
    super(exitCodes.timeout, message, options)
  }
}

/** The error a `switch` over a closed union ends in; reaching it is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
