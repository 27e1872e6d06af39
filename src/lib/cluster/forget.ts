import {ConflictError, NotFoundError} from '../base/errors.ts'
import {keys, prefixes} from '../store/keys.ts'
import type {Store, Write} from '../store/store.ts'
import {encode} from './codec.ts'
import {machineSettingsSchema} from './model.ts'
import {ClusterView} from './view.ts'

/**
 * Records the operator's word that lost machines will not come back, so that an engine that holds places their units
 * again. Throws ConflictError for a machine that is registered, NotFoundError for one that nobody ever heard of; then
 * nothing is written.
 */
export async function forgetMachines(store: Store, machines: readonly string[], signal: AbortSignal): Promise<void> {
  const {entries} = await store.list([prefixes.machines, prefixes.machineSettings, prefixes.assignments, prefixes.states], {
    signal,
  })
  const view = ClusterView.of(entries)
  const present = machines.filter(machine => view.machines.has(machine) || view.unreadable.has(keys.machine(machine)))
  if (present.length > 0) {
    throw new ConflictError(`${present.join(', ')}: registered, and so not lost; nothing was changed`, {
      hint: 'stop its agent first: `--on-exit drain` empties a machine',
    })
  }
  const unknown = machines.filter(
    machine => !view.assignments.has(machine) && !view.states.has(machine) && !view.settings.has(machine),
  )
  if (unknown.length > 0) {
    throw new NotFoundError(`${unknown.join(', ')}: no such machine; nothing was changed`, {
      hint: '`ctl list-units --full` shows the ids of lost machines',
    })
  }
  const writes = machines.map((machine): Write => {
    const settings = {...view.settings.get(machine), gone: true}
    return {kind: 'put', key: keys.machineSettings(machine), value: encode(machineSettingsSchema, settings)}
  })
  await store.commit([], writes, {signal})
}
