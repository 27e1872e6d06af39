import {keyParser, keys, type ParsedKey} from '../store/keys.ts'
import type {Entry} from '../store/store.ts'
import {headDecoder} from './codec.ts'
import {type Machine, machineHeadSchema, stateHeadSchema, type UnitState} from './model.ts'
import {type Place, placeOf, type Standing} from './rows.ts'
import {ClusterView} from './view.ts'

/** As much of a state as a short list shows. Of a oneshot that is done all is known. */
export type Glance = Pick<UnitState, 'load' | 'active' | 'sub'> & {readonly done?: undefined}

/**
 * The cluster for a short list. Of a unit that has a place the list shows what stands in keys, and in the first fields of its state:
 * records and assignments come without values, and states are not decoded behind their head. What else is needed, of the few that have
 * no place, `lacking` tells once all is taken in.
 */
export class Glances {
  /** What is not to be glanced at, and what has been asked for besides. */
  readonly view = new ClusterView()
  readonly machines = new Map<string, MachineGlance>()
  /** The units that have records. */
  readonly units: string[] = []
  /** Where each unit is to be or has a state; nothing for one that is only known. */
  private readonly seen = new Map<string, Sight | undefined>()
  private readonly parse = keyParser()

  get unreadable(): ReadonlyMap<string, string> {
    return this.view.unreadable
  }

  /** Takes in a machine or state, or the key of a unit or assignment; each once. */
  put(entry: Entry): void {
    const key = this.parse(entry.key)
    if (key?.kind === 'unit') this.know(key.unit)
    else if (key?.kind === 'assignment') this.sight(key).isAssigned = true
    else if (key?.kind === 'state') this.glance(key, entry)
    else if (key?.kind === 'machine') this.glanceAt(key.machine, entry)
    else this.view.put(entry)
  }

  /** The keys whose values are to be put into the view: of units that are on no machine that is there, for what is asked of them. */
  lacking(): readonly string[] {
    const lacking: string[] = []
    this.seen.forEach((first, unit) => {
      let [isPlaced, wasDone] = [false, false]
      for (let sight = first; sight !== undefined; sight = sight.elsewhere) {
        const {machine, isAssigned, state} = sight
        const isThere = this.isThere(machine)
        if (isAssigned || isThere) isPlaced = true
        if (isThere || !state?.done) continue
        wasDone = true
        if (isAssigned) lacking.push(keys.assignment(machine, unit))
      }
      if (wasDone || !isPlaced) lacking.push(keys.unit(unit))
    })
    return lacking
  }

  /** In no order. */
  eachStanding(take: (standing: Standing<Glance | UnitState>) => void): void {
    const places = new Map<string, Place>()
    this.seen.forEach((first, unit) => {
      for (let sight = first; sight !== undefined; sight = sight.elsewhere) {
        const {machine, isAssigned, state} = sight
        let place = places.get(machine)
        if (place === undefined) {
          place = placeOf(this, machine)
          places.set(machine, place)
        }
        take({unit, place, isAssigned, state})
      }
    })
  }

  /** Whether a machine is registered, be it readable or not. */
  isThere(machine: string): boolean {
    return this.machines.has(machine) || this.view.isThere(machine)
  }

  private know(unit: string): void {
    this.units.push(unit)
    if (!this.seen.has(unit)) this.seen.set(unit, undefined)
  }

  private sight({machine, unit}: PlacedKey): Sight {
    const first = this.seen.get(unit)
    for (let sight = first; sight !== undefined; sight = sight.elsewhere) if (sight.machine === machine) return sight
    const made = {machine, isAssigned: false, state: undefined, elsewhere: first}
    this.seen.set(unit, made)
    return made
  }

  private glanceAt(id: string, entry: Entry): void {
    const head = machineHeadOf(entry.value)
    if (head === undefined) this.view.put(entry)
    const machine = head ?? this.view.machines.get(id)
    if (machine !== undefined) this.machines.set(id, {...machine, id})
  }

  private glance(key: PlacedKey, entry: Entry): void {
    const head = entry.value.includes(done) ? undefined : headOf(entry.value)
    if (head === undefined) this.view.put(entry)
    const state = head ?? this.view.state(key.machine, key.unit)
    if (state !== undefined) this.sight(key).state = state
  }
}

/** As much of a machine as a short list shows. */
type MachineGlance = Pick<Machine, 'id' | 'name' | 'address'>

/** A unit on one of the machines that it is to be on or has a state on. */
interface Sight {
  readonly machine: string
  isAssigned: boolean
  state: Glance | UnitState | undefined
  readonly elsewhere: Sight | undefined
}

type PlacedKey = Extract<ParsedKey, {readonly kind: 'assignment' | 'state'}>

const machineHeadOf: (text: string) => Omit<MachineGlance, 'id'> | undefined = headDecoder(machineHeadSchema, 'metadata')
const headOf: (text: string) => Glance | undefined = headDecoder(stateHeadSchema, 'file')
const done = '"done":'
