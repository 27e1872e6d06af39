import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {busyboxImage} from '../test/fakes/busybox-image.ts'
import type {DevCluster} from './dev-cluster.ts'

/** The unit file of all that is started: a small process in the host's network that ends at once when told. */
export const sleeperText = `[Unit]
Description=Sleeper %i

[Container]
Image=${busyboxImage}
Exec=sleep 100000
Network=host
StopSignal=SIGKILL
`

/** So many sleepers, as ctl's arguments name them. */
export function sleepers(count: number): string {
  return `w@{1..${count}}`
}

/** Makes the sleepers' template known to the cluster. */
export async function submitSleeper(cluster: DevCluster): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-bench-'))
  try {
    const path = join(directory, 'w@.service')
    await writeFile(path, sleeperText)
    await cluster.ctl('submit', path)
  } finally {
    await rm(directory, {recursive: true, force: true})
  }
}

/** Milliseconds that the start of so many sleepers took; they are destroyed after it. */
export async function timeStart(cluster: DevCluster, count: number): Promise<number> {
  const took = await cluster.ctl('start', sleepers(count))
  await cluster.ctl('destroy', sleepers(count))
  return took
}
