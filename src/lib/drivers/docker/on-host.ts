import type {Host} from '../../hosts/host.ts'
import {DockerClient} from './client.ts'
import {parseDockerHost} from './endpoint.ts'

/** The Docker of a host, at an address as seen from there (as DOCKER_HOST). Throws UsageError for one that is none. */
export function dockerOn(host: Host, dockerHost: string): DockerClient {
  const endpoint = parseDockerHost(dockerHost)
  return new DockerClient(`${dockerHost} on ${host.name}`, () =>
    'socketPath' in endpoint ? host.openSocket(endpoint.socketPath) : host.openTcp(endpoint.host, endpoint.port),
  )
}
