import type {DockerClient} from './client.ts'
import {unreachableDocker} from './errors.ts'
import {textAt} from './json.ts'
import {LineSplitter} from './lines.ts'

/** Docker's events that can change what a run looks like; those of health checks' own processes are not among them. */
const changing = ['create', 'start', 'die', 'oom', 'pause', 'unpause', 'rename', 'health_status', 'destroy']

/**
 * The ids of containers with these labels as Docker says that they changed, a batch for each piece of the stream.
 * The first batch is empty and says that from here on nothing is missed. Throws UnreachableError when Docker goes
 * away, DockerError when it refuses, and ends with the signal's reason when that is aborted.
 */
export async function* containerChanges(
  client: DockerClient,
  labels: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  // Docker answers before it listens to its own events: those of the moment between are asked for by their time.
  const since = await client.clockSeconds(signal)
  const filters = JSON.stringify({type: ['container'], event: changing, label: labels})
  const answer = await client.stream('GET', '/events', {query: {since: String(since), filters}, signal})
  try {
    yield []
    const splitter = new LineSplitter()
    for await (const chunk of answer) {
      const ids = splitter.push(chunk).flatMap(line => textAt(JSON.parse(line), 'Actor', 'ID') ?? [])
      if (ids.length > 0) yield ids
    }
    throw new Error('it closed the connection')
  } catch (error) {
    signal.throwIfAborted()
    throw unreachableDocker(client.host, error)
  } finally {
    answer.destroy()
  }
}
