import type {ContainerSpec} from '../container/container-spec.ts'
import type {DockerCall} from './docker-call.ts'

/**
 * Whether a command beside `docker run` does nothing that is missed when it is left out: it says something, succeeds, or
 * makes a directory that Docker makes for a bind of the container.
 */
export function needlessCommand([program = '', ...rest]: readonly string[], spec: ContainerSpec): boolean {
  const name = /^(?:\/usr)?(?:\/bin\/)?([a-z]+)$/.exec(program)?.[1] ?? ''
  if (name === 'true' || name === 'echo') return true
  if (name !== 'mkdir') return false
  const [flag, ...paths] = rest
  return (flag === '-p' || flag === '--parents') && paths.length > 0 && paths.every(path => isMadeByDocker(path, spec))
}

/** A run of the image that puts systemd-docker on the machine, which the agent does without. */
export function installsNeedless({verb, rest}: DockerCall): boolean {
  return verb === 'run' && /^ibuildthecloud\/systemd-docker(:|$)/.test(rest.at(-1) ?? '')
}

/** A directory that is bound, or lies above one. */
function isMadeByDocker(path: string, {mounts}: ContainerSpec): boolean {
  const wanted = `${path.replace(/\/+$/, '')}/`
  return mounts.some(
    ({type, source, long}) => type === 'bind' && long === undefined && `${source?.replace(/\/+$/, '')}/`.startsWith(wanted),
  )
}
