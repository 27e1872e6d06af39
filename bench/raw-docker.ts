import {randomUUID} from 'node:crypto'
import {Limiter} from '../src/lib/base/limiter.ts'
import {DockerClient} from '../src/lib/drivers/docker/client.ts'
import {defaultDockerHost} from '../src/lib/drivers/docker/endpoint.ts'
import {textAt} from '../src/lib/drivers/docker/json.ts'
import {containerRequest} from '../src/lib/drivers/docker/spec.ts'
import {sweepCluster} from '../src/lib/drivers/docker/sweep.ts'
import {parseUnit} from '../src/lib/unit/parse-unit.ts'
import {sleeperText} from './sleeper.ts'

/** The Docker Engine API alone: what an agent asks of it, asked without agent, engine and etcd. */
export interface RawDocker {
  /** Milliseconds to create and start so many containers, four at a time. */
  readonly time: (count: number) => Promise<number>
  /** Removes what was started. */
  readonly clear: () => Promise<void>
}

/** Calls `use` with the Docker at the host, and removes all that it started whatever happens. */
export async function withRawDocker<T>(host: string | undefined, use: (docker: RawDocker) => Promise<T>): Promise<T> {
  const cluster = `bench-${randomUUID().slice(0, 8)}`
  const client = new DockerClient(host ?? defaultDockerHost)
  const clear = async () => void (await sweepCluster(host, cluster))
  try {
    return await use({time: count => timeStarts(client, cluster, count), clear})
  } finally {
    await clear()
    client.close()
  }
}

/** More at a time gains nothing: the machine is busy. */
const atOnce = 4

async function timeStarts(client: DockerClient, cluster: string, count: number): Promise<number> {
  const limiter = new Limiter(atOnce)
  const begun = performance.now()
  await Promise.all(Array.from({length: count}, (_, index) => limiter.run(() => startOne(client, cluster, index + 1))))
  return performance.now() - begun
}

async function startOne(client: DockerClient, cluster: string, index: number): Promise<void> {
  const body = requestFor(`w@${index}.service`, cluster)
  const id = textAt(await client.json('POST', '/containers/create', {query: {name: `${cluster}-${index}`}, body}), 'Id')
  if (id === undefined) throw new Error('Docker made a container and did not say its id')
  await client.json('POST', `/containers/${id}/start`)
}

/** The very request that an agent sends. */
function requestFor(name: string, cluster: string): object {
  const {unit, problems} = parseUnit(name, sleeperText)
  if (unit?.container === undefined) throw new Error(`not a container: ${problems.map(({message}) => message).join('; ')}`)
  const owner = {cluster, machine: 'bench', unit: name}
  return containerRequest(unit.container, {owner, identity: {runHash: '', generation: 1}, stopSeconds: 10})
}
