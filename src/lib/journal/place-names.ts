import {machineLabel} from '../cluster/machine-name.ts'
import type {ClusterView} from '../cluster/view.ts'

/** How machines are called, also those that were lost since they were seen. */
export class PlaceNames {
  readonly #view: ClusterView
  readonly #known = new Map<string, string>()

  constructor(view: ClusterView) {
    this.#view = view
    for (const machine of view.machines.values()) this.of(machine.id)
  }

  /** Of a machine by its id. */
  of(machine: string): string {
    const registered = this.#view.machines.get(machine)
    if (registered === undefined) return this.#known.get(machine) ?? machineLabel(machine)
    const label = machineLabel(registered)
    this.#known.set(machine, label)
    return label
  }
}
