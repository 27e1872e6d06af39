import {DockerClient} from './client.ts'
import {defaultDockerHost} from './endpoint.ts'
import {refusedWith} from './errors.ts'
import {listAt, textAt} from './json.ts'
import {clusterFilter} from './labels.ts'

/** Kills and removes every container of a cluster that is given up as a whole, with their anonymous volumes; answers how many there were. */
export async function sweepCluster(dockerHost: string | undefined, cluster: string): Promise<number> {
  const client = new DockerClient(dockerHost || process.env.DOCKER_HOST || defaultDockerHost)
  try {
    const query = {all: '1', filters: JSON.stringify({label: clusterFilter(cluster)})}
    const ids = listAt(await client.json('GET', '/containers/json', {query})).flatMap(container => textAt(container, 'Id') ?? [])
    await Promise.all(ids.map(id => removeByForce(client, id)))
    return ids.length
  } finally {
    client.close()
  }
}

/** Answers when Docker does, without doing anything. Throws UnreachableError. */
export async function pingDocker(dockerHost: string | undefined): Promise<void> {
  const client = new DockerClient(dockerHost || process.env.DOCKER_HOST || defaultDockerHost)
  try {
    await client.clockSeconds()
  } finally {
    client.close()
  }
}

async function removeByForce(client: DockerClient, id: string): Promise<void> {
  try {
    await client.json('DELETE', `/containers/${id}`, {query: {v: '1', force: '1'}})
  } catch (error) {
    if (!refusedWith(error, 404) && !refusedWith(error, 409)) throw error
  }
}
