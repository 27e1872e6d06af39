import {UsageError} from '../../base/errors.ts'

/** Where a Docker Engine listens, in the words of node:http. */
export type Endpoint = {readonly socketPath: string} | {readonly host: string; readonly port: number}

/** Docker's own default on Linux: dockerd(8), `--host`. */
export const defaultDockerHost = 'unix:///var/run/docker.sock'

/** Reads `unix:///path`, `tcp://host:port` or `http://host:port`, as DOCKER_HOST has them. Throws UsageError for anything else. */
export function parseDockerHost(text: string): Endpoint {
  const unix = /^(?:unix:\/\/)?(\/.+)$/.exec(text)
  if (unix?.[1] !== undefined) return {socketPath: unix[1]}
  const network = /^(?:tcp|http):\/\/(\[[^\]]+\]|[^/:]+)(?::(\d+))?\/?$/.exec(text)
  if (network?.[1] !== undefined) return {host: network[1].replace(/^\[(.*)\]$/, '$1'), port: Number(network[2] ?? 2375)}
  throw new UsageError(`DOCKER_HOST ${JSON.stringify(text)} is not understood`, {
    hint: 'write unix:///path/to/docker.sock or tcp://address:port; TLS and ssh are not spoken here',
  })
}
