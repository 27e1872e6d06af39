import type {DockerClient} from './client.ts'
import {DockerError, unreachableDocker} from './errors.ts'
import {FrameSplitter} from './frames.ts'
import {LineSplitter} from './lines.ts'

export interface Output {
  readonly id: string
  /** With a terminal the output is one raw stream, without one it is framed. */
  readonly terminal: boolean
}

/** The last `count` lines a container printed; none when its log driver cannot be read. Throws DockerError, UnreachableError. */
export async function lastLinesOf(
  client: DockerClient,
  {id, terminal}: Output,
  count: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    const query = {stdout: '1', stderr: '1', tail: String(count)}
    const answer = await client.stream('GET', `/containers/${id}/logs`, {query, signal})
    const found = await collect(answer, terminal ? rawLines() : framedLines())
    return found.slice(-count)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof DockerError && /does not support reading/.test(error.message)) return []
    throw error instanceof Error && 'code' in error ? unreachableDocker(client.host, error) : error
  }
}

interface LineReader {
  push(chunk: Uint8Array): readonly string[]
  rest(): readonly string[]
}

async function collect(answer: AsyncIterable<Uint8Array>, reader: LineReader): Promise<readonly string[]> {
  const found: string[] = []
  for await (const chunk of answer) found.push(...reader.push(chunk))
  return [...found, ...reader.rest()]
}

function rawLines(): LineReader {
  return new LineSplitter()
}

/** Each stream's lines are put together on their own, and stand where they were completed. */
function framedLines(): LineReader {
  const frames = new FrameSplitter()
  const splitters = {stdin: new LineSplitter(), stdout: new LineSplitter(), stderr: new LineSplitter()}
  return {
    push: chunk => frames.push(chunk).flatMap(frame => splitters[frame.stream].push(frame.payload)),
    rest: () => [...splitters.stdout.rest(), ...splitters.stderr.rest()],
  }
}
