import type {Run, RunUse} from '../driver.ts'
import type {DockerClient} from './client.ts'
import {refusedWith} from './errors.ts'
import {numberAt, textAt} from './json.ts'

/** What a container takes just now; undefined when it does not run any more. */
export async function useOf(client: DockerClient, run: Run, signal: AbortSignal | undefined): Promise<RunUse | undefined> {
  const query = {stream: 'false', 'one-shot': 'true'}
  try {
    return useFrom(run, await client.json('GET', `/containers/${run.id}/stats`, {query, signal}))
  } catch (error) {
    if (refusedWith(error, 404, 409)) return undefined
    throw error
  }
}

/**
 * Reads the answer of GET /containers/<id>/stats; undefined of one that has ended. As `docker stats`, files that are only
 * kept in memory for being read again do not count: `inactive_file` of cgroup v2, `total_inactive_file` of v1.
 */
export function useFrom({unit, id, driver}: Run, stats: unknown): RunUse | undefined {
  const at = Date.parse(textAt(stats, 'read') ?? '')
  // Docker writes the year 1 for what does not run.
  if (!(at > 0)) return undefined
  const nanoseconds = numberAt(stats, 'cpu_stats', 'cpu_usage', 'total_usage')
  const used = numberAt(stats, 'memory_stats', 'usage')
  const files = cachedKeys.map(key => numberAt(stats, 'memory_stats', 'stats', key)).find(bytes => bytes !== undefined) ?? 0
  return {
    ...{unit, run: id, driver, at},
    cpuSeconds: nanoseconds === undefined ? null : nanoseconds / 1e9,
    memoryBytes: used === undefined ? null : Math.max(0, used - files),
  }
}

const cachedKeys = ['total_inactive_file', 'inactive_file']
