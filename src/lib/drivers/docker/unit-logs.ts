import {CtlError, exitCodes} from '../../base/errors.ts'
import type {DockerClient} from './client.ts'
import {DockerError, refusedWith, unreachableDocker} from './errors.ts'
import {at, listAt, textAt} from './json.ts'
import type {Owner} from './labels.ts'
import {type TimedLine, timedLineReader} from './timed-lines.ts'

/** A container that is or was a run of a unit. */
export interface UnitContainer {
  readonly id: string
  /** With a terminal, so that its output is one stream. */
  readonly terminal: boolean
  readonly running: boolean
  /** When it was last started, as Docker says it. */
  readonly startedAt: string
}

/** Which lines of a container are wanted. */
export interface WantedLines {
  /** So many of the last ones; absent: all. */
  readonly tail?: number
  /** Milliseconds since the epoch. */
  readonly since?: number
  readonly until?: number
  /** Stay until the container ends. */
  readonly follow?: boolean
}

/** The labels of a unit's containers, as Docker's lists and events filter by them. */
export function unitFilter({cluster, machine, unit}: Owner): readonly string[] {
  return [`meissa.cluster=${cluster}`, `meissa.machine=${machine}`, `meissa.unit=${unit}`]
}

/** A unit's containers that are still there, oldest first. Throws DockerError, UnreachableError. */
export async function containersOf(client: DockerClient, owner: Owner, signal: AbortSignal): Promise<readonly UnitContainer[]> {
  const filters = JSON.stringify({label: unitFilter(owner)})
  const listed = listAt(await client.json('GET', '/containers/json', {query: {all: '1', filters}, signal}))
  const inspected = await Promise.all(listed.flatMap(each => textAt(each, 'Id') ?? []).map(id => inspect(client, id, signal)))
  return inspected
    .filter(each => each !== undefined)
    .sort((a, b) => (a.created < b.created ? -1 : 1))
    .map(({id, terminal, running, startedAt}) => ({id, terminal, running, startedAt}))
}

/**
 * The lines of a container, those that come together at once. Throws CtlError when its log driver cannot be read, and
 * UnreachableError when Docker goes away. Of a container that is gone there are none.
 */
export async function* containerLines(
  client: DockerClient,
  {id, terminal}: UnitContainer,
  wanted: WantedLines,
  signal: AbortSignal,
): AsyncGenerator<readonly TimedLine[]> {
  const answer = await client.stream('GET', `/containers/${id}/logs`, {query: queryOf(wanted), signal}).catch(error => {
    if (refusedWith(error, 404, 409)) return undefined
    throw error instanceof DockerError && /does not support reading/.test(error.message) ? unreadable(id, error) : error
  })
  if (answer === undefined) return
  const reader = timedLineReader(terminal)
  try {
    for await (const chunk of answer) yield reader.push(chunk)
    yield reader.rest()
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Error && 'code' in error ? unreachableDocker(client.host, error) : error
  } finally {
    answer.destroy()
  }
}

function queryOf({tail, since, until, follow}: WantedLines): Readonly<Record<string, string>> {
  return {
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    ...(tail === undefined ? {} : {tail: String(tail)}),
    ...(since === undefined ? {} : {since: (since / 1000).toFixed(3)}),
    ...(until === undefined ? {} : {until: (until / 1000).toFixed(3)}),
    ...(follow === true ? {follow: '1'} : {}),
  }
}

async function inspect(
  client: DockerClient,
  id: string,
  signal: AbortSignal,
): Promise<(UnitContainer & {readonly created: string}) | undefined> {
  try {
    const answer = await client.json('GET', `/containers/${id}/json`, {signal})
    return {
      id,
      terminal: at(answer, 'Config', 'Tty') === true,
      running: at(answer, 'State', 'Running') === true,
      startedAt: textAt(answer, 'State', 'StartedAt') ?? '',
      created: textAt(answer, 'Created') ?? '',
    }
  } catch (error) {
    if (refusedWith(error, 404)) return undefined
    throw error
  }
}

function unreadable(id: string, cause: unknown): CtlError {
  return new CtlError(exitCodes.failed, `the log driver of container ${id.slice(0, 12)} keeps nothing that can be read back`, {
    hint: 'its lines are where that driver sends them; json-file, local and journald can be read (LogDriver= in the unit file)',
    cause,
  })
}
