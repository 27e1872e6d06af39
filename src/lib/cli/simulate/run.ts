import {readFile} from 'node:fs/promises'
import {messageOf, UsageError} from '../../base/errors.ts'
import {type Simulation, simulate} from '../../simulate/simulate.ts'
import {parseScenario} from './file.ts'
import {type SimulateFlags, scenarioOf} from './flags.ts'
import {type ClusterSnapshot, readSnapshot} from './snapshot.ts'

/** Plays what the file, the flags and the snapshot say. `live` reads the live cluster. Throws UsageError and NotFoundError. */
export async function runSimulation(
  path: string | undefined,
  flags: SimulateFlags,
  live: () => Promise<ClusterSnapshot>,
): Promise<Simulation> {
  const file = path === undefined ? undefined : parseScenario(path, await readText(path))
  const {snapshot} = flags
  const begun = snapshot === undefined ? undefined : snapshot === 'live' ? await live() : await readSnapshot(snapshot)
  return simulate(scenarioOf(flags, file, begun), () => performance.now())
}

/** Whether units have no place in the end that want one. */
export function isShort({end}: Simulation): boolean {
  return end.placed < end.wanted
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(error => {
    throw new UsageError(`cannot read ${path}: ${messageOf(error)}`, {cause: error})
  })
}
