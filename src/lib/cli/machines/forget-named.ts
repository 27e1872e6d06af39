import {forgetMachines} from '../../cluster/forget.ts'
import {readView} from '../../cluster/read.ts'
import {prefixes} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import {anyMachine} from './any-machine.ts'

/** Forgets the lost machines that these words mean and returns their ids. Throws as `anyMachine` and `forgetMachines` do. */
export async function forgetNamed(store: Store, words: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const view = await readView(store, [prefixes.machines, prefixes.machineSettings, prefixes.assignments, prefixes.states], signal)
  const machines = [...new Set(words.map(word => anyMachine(view, word)))]
  await forgetMachines(store, machines, signal)
  return machines
}
