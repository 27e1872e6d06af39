import {CtlError, exitCodes, UnreachableError} from '../../base/errors.ts'

/** Docker's refusal of a request, in Docker's words. */
export class DockerError extends CtlError {
  readonly status: number

  constructor(status: number, message: string) {
    super(exitCodes.unreachable, message)
    this.status = status
  }
}

/** True for Docker's refusal with one of these HTTP statuses. */
export function refusedWith(thrown: unknown, ...statuses: readonly number[]): thrown is DockerError {
  return thrown instanceof DockerError && statuses.includes(thrown.status)
}

/** What a failed connection to `host` means and what to do next. */
export function unreachableDocker(host: string, cause: unknown): UnreachableError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known = reasons[code]
  const words = known?.words ?? (cause instanceof Error ? cause.message : String(cause))
  return new UnreachableError(`Docker at ${host} cannot be reached: ${words}`, {
    hint: known?.hint ?? 'is the Docker daemon running there? DOCKER_HOST says where to look',
    cause,
  })
}

const reasons: Readonly<Record<string, {readonly words: string; readonly hint: string}>> = {
  ENOENT: {
    words: 'there is no such socket',
    hint: 'start Docker (systemctl start docker), or say by DOCKER_HOST where it listens',
  },
  ECONNREFUSED: {
    words: 'nobody listens there',
    hint: 'start Docker (systemctl start docker), or say by DOCKER_HOST where it listens',
  },
  EACCES: {words: 'permission denied', hint: 'run as root or as a member of the group docker'},
  ECONNRESET: {words: 'the connection was lost', hint: 'is the Docker daemon restarting? its log says why: journalctl -u docker'},
}
