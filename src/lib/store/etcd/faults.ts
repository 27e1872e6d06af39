import {
  EtcdAuthenticationFailedError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCFailedPreconditionError,
  GRPCGenericError,
  isRecoverableError,
} from 'etcd3'
import {ConflictError, CtlError, messageOf, UnreachableError, UsageError} from '../../base/errors.ts'

/** Whether the same call may succeed at another endpoint or a little later. */
export function isTransient(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isDefinite(thrown)) return false
  return isRecoverableError(thrown) || thrown.constructor === GRPCGenericError
}

/** Whether a failed call certainly never left this process (grpc-js: no connection, no name, a closed channel). */
export function wasNeverSent(thrown: unknown): boolean {
  return /No connection established|Name resolution failed|Channel closed before call|Channel has been shut down/.test(
    messageOf(thrown),
  )
}

/** Whether etcd answered that history before the asked-for revision is compacted. */
export function saysCompacted(thrown: unknown): boolean {
  return /required revision has been compacted/.test(messageOf(thrown))
}

/** Whether etcd answered that the asked-for revision is yet to come: its data is older than what we have seen. */
export function saysFuture(thrown: unknown): boolean {
  return /required revision is a future revision/.test(messageOf(thrown))
}

export function saysLeaseGone(thrown: unknown): boolean {
  return thrown instanceof EtcdLeaseInvalidError
}

/** The error that the operator sees; anything unknown is passed on as it is. */
export function translate(thrown: unknown, endpoints: readonly string[]): unknown {
  if (!(thrown instanceof Error) || thrown instanceof CtlError) return thrown
  const detail = plainDetail(thrown)
  const row = table.find(([applies]) => applies(thrown))
  return row === undefined ? thrown : row[1](`etcd at ${endpoints.join(', ')}`, detail, thrown)
}

/** More than --max-request-bytes, as etcd or as its gRPC server says it. */
const tooMuch = /request is too large|message larger than max/

type Row = readonly [applies: (error: Error) => boolean, make: (etcd: string, detail: string, cause: Error) => Error]

const table: readonly Row[] = [
  [
    error => error instanceof EtcdAuthenticationFailedError,
    (etcd, _, cause) => new UsageError(`${etcd} does not accept this user and password`, {hint: 'check --user', cause}),
  ],
  [
    error => error instanceof EtcdPermissionDeniedError,
    (etcd, detail, cause) =>
      new UsageError(`${etcd} denies this user the keys: ${detail}`, {hint: 'grant its role the prefix', cause}),
  ],
  [
    error => /user name is empty/.test(error.message),
    (etcd, _, cause) => new UsageError(`${etcd} asks for a user and password`, {hint: 'set --user name:password', cause}),
  ],
  [
    error => error instanceof GRPCFailedPreconditionError && /authentication is not enabled/.test(error.message),
    (etcd, _, cause) => new UsageError(`${etcd} knows no users: authentication is off`, {hint: 'leave --user out', cause}),
  ],
  [
    error => error instanceof EtcdLeaseInvalidError,
    (_, detail, cause) => new ConflictError(`the session is over: ${detail}`, {cause}),
  ],
  [
    error => /future revision/.test(error.message),
    (etcd, _, cause) =>
      new ConflictError(`${etcd} is behind what was read before`, {hint: 'was it restored from a backup?', cause}),
  ],
  [
    error => /space exceeded/.test(error.message),
    (etcd, _, cause) =>
      new UnreachableError(`${etcd} is full`, {hint: 'etcdctl compact, etcdctl defrag, etcdctl alarm disarm', cause}),
  ],
  [
    error => tooMuch.test(error.message),
    (etcd, detail, cause) => new UsageError(`${etcd} refuses so much at once: ${detail}`, {cause}),
  ],
  [
    error => /certificate|SSL routines|secure TLS|wrong version number|ERR_(SSL|TLS)/i.test(error.message),
    (etcd, detail, cause) =>
      new UnreachableError(`${etcd}: no secure connection: ${detail}`, {
        hint: 'check --cacert, --cert and --key, and https:// in --endpoints',
        cause,
      }),
  ],
  [
    error => isTransient(error),
    (etcd, detail, cause) =>
      new UnreachableError(`${etcd} does not answer: ${detail}`, {
        hint: 'start etcd, or say where it is with --endpoints',
        cause,
      }),
  ],
]

function isDefinite(error: Error): boolean {
  return /space exceeded/.test(error.message) || tooMuch.test(error.message)
}

/** grpc-js' message without its code, its nested repetition and its notes on name resolution. */
function plainDetail(error: Error): string {
  return error.message
    .replace(/^\d+ [A-Z_]+: /, '')
    .replace(/\. Resolution note:.*$/s, '')
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .split('\n', 1)
    .join('')
    .trim()
}
