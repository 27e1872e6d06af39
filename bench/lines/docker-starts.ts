import {defaultDockerHost} from '../../src/lib/drivers/docker/endpoint.ts'
import {importBusybox} from '../../test/fakes/busybox-image.ts'
import {withCluster} from '../dev-cluster.ts'
import type {Bench, Line, Result, Target} from '../line.ts'
import {withRawDocker} from '../raw-docker.ts'
import {alternate} from '../samples.ts'
import {submitSleeper, timeStart} from '../sleeper.ts'

/** Fifty containers on one machine: what ctl adds to Docker's own work. */
export const fiftyStarts: Line = {
  name: '50-starts',
  summary: '50 units of a present image on one machine',
  measure: bench => measureStarts(bench, {name: '50 starts', count: 50, pairs: 3, target: {of: 'ratio', most: 1.3}}),
}

/** One container: how long an operator waits for one unit. */
export const oneStart: Line = {
  name: 'one-start',
  summary: 'one unit of a present image',
  measure: bench => measureStarts(bench, {name: '1 start', count: 1, pairs: 10, target: {of: 'difference', most: 400}}),
}

interface Plan {
  readonly name: string
  readonly count: number
  readonly pairs: number
  readonly target: Target
}

async function measureStarts(bench: Bench, {name, count, pairs, target}: Plan): Promise<readonly Result[]> {
  await importBusybox(bench.dockerHost ?? defaultDockerHost)
  const samples = await withCluster(bench, {machines: ['a'], driver: 'docker'}, async cluster => {
    await submitSleeper(cluster)
    return withRawDocker(bench.dockerHost, async docker => {
      const ctl = () => timeStart(cluster, count)
      const limit = () => docker.time(count).finally(docker.clear)
      await alternate({
        pairs: 1,
        ctl: () => timeStart(cluster, 1),
        limit: () => docker.time(1).finally(docker.clear),
        say: () => {},
      })
      return alternate({pairs, ctl, limit, say: bench.say})
    })
  })
  return [{name, unit: 'ms', samples, target, limitIs: 'Docker Engine API: create and start, four at a time'}]
}
