import {constants} from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A signal that asks the process to end. */
export type Interrupt = (typeof signals)[number]

let claimed: AbortController | undefined
let received: Interrupt | undefined

/**
 * An AbortSignal that aborts at ^C, SIGTERM or SIGHUP, so that a command can end in order. A second signal ends the process at
 * once, as does the first where no command asked for this.
 */
export function interruptSignal(): AbortSignal {
  claimed ??= new AbortController()
  return claimed.signal
}

/** The signal that came while the command ran, if any. */
export function receivedInterrupt(): Interrupt | undefined {
  return received
}

/** The exit code of a process that a signal ended, as shells count it: 130 for SIGINT. */
export function interruptExitCode(signal: Interrupt): number {
  return 128 + constants.signals[signal]
}

/** The command is over: from now on the first signal ends the process at once. */
export function releaseInterrupts(): void {
  claimed = undefined
}

/** Starts to listen; to be called once, first of all. */
export function watchInterrupts(): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (claimed === undefined || received !== undefined) process.exit(interruptExitCode(received ?? signal))
      received = signal
      claimed.abort(new Error(`interrupted by ${signal}`))
    })
  }
}
