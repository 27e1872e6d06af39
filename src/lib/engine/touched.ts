import {seatKey} from '../scheduler/seats.ts'
import {type ParsedKey, parseKey} from '../store/keys.ts'
import type {ChangeEvent} from '../store/store.ts'

/** What changes have touched since the engine looked last. */
export class Touched {
  readonly units = new Set<string>()
  /** As `seatKey` writes them: assignments, and states. */
  readonly places = new Map<string, Place>()
  readonly refusals = new Set<string>()
  readonly machines = new Set<string>()
  /** Something else has changed, so that everything is to be looked at. */
  everything = false

  add(events: Iterable<ChangeEvent>): void {
    for (const event of events) {
      const key = parseKey(event.kind === 'put' ? event.entry.key : event.key)
      if (key !== undefined) this.note(key)
    }
  }

  private note(key: ParsedKey): void {
    switch (key.kind) {
      case 'unit':
        this.units.add(key.unit)
        return
      case 'assignment':
      case 'state':
        this.places.set(seatKey(key.unit, key.machine), {unit: key.unit, machine: key.machine})
        return
      case 'refusal':
        this.refusals.add(key.unit)
        return
      // A file comes with the record that names it; who leads, and whether the engine holds, it knows itself.
      case 'file':
      case 'leader':
      case 'hold':
      case 'cluster':
        return
      case 'machine':
        this.machines.add(key.machine)
        return
      case 'machineSettings':
      case 'clusterSettings':
      case 'move':
        this.everything = true
    }
  }
}

export interface Place {
  readonly unit: string
  readonly machine: string
}
