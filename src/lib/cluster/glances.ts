import {keyParser, keys, type ParsedKey} from '../store/keys.ts'
import type {Entry} from '../store/store.ts'
import {headDecoder} from './codec.ts'
import {type Machine, machineHeadSchema, stateHeadSchema, type UnitState} from './model.ts'
import {type Place, placeOf, type Standing} from './rows.ts'
import {ClusterView} from './view.ts'

/** As much of a state as a short list shows. Of a oneshot that is done all is known. */
export type Glance = Pick<UnitState, 'load' | 'active' | 'sub'> & {readonly done?: undefined}

/** As much of a machine. */
type MachineGlance = Pick<Machine, 'id' | 'name' | 'address'>

/** So much of a value is enough for a glance, as a rule. */
export const glancedBytes = 192

/**
 * The cluster for a short list. Of a unit that has a place the list shows what stands in keys, and in the first fields of its state:
 * records and assignments come without values, and of states and machines comes the beginning. What else is needed, of the few that have
 * no place and of machines that are lost, `lacking` tells once all is taken in.
 */
export class Glances {
  /** What was asked for besides. */
  readonly view = new ClusterView()
  readonly machines = new Map<string, MachineGlance>()
  /** The units that have records. */
  readonly units: string[] = []
  /** Where each unit is to be or has a state; nothing for one that is only known. */
  private readonly seen = new Map<string, Sight | undefined>()
  /** The keys of what the beginning does not tell. */
  private readonly unread: string[] = []
  private readonly parse = keyParser()

  get unreadable(): ReadonlyMap<string, string> {
    return this.view.unreadable
  }

  /** Takes in the beginning of a machine or state, or the key of a unit or assignment; each once. */
  put({key, value}: Entry): void {
    const parsed = this.parse(key)
    if (parsed?.kind === 'unit') this.know(parsed.unit)
    else if (parsed?.kind === 'assignment') this.sight(parsed).isAssigned = true
    else if (parsed?.kind === 'state') this.sight(parsed).state = this.begun(key, stateHead(value))
    else if (parsed?.kind === 'machine') {
      const machine = this.begun(key, machineHead(value))
      if (machine !== undefined) this.machines.set(parsed.machine, {...machine, id: parsed.machine})
    }
  }

  /** The keys of what is to be taken in whole. */
  lacking(): readonly string[] {
    const lacking = [...this.unread]
    this.seen.forEach((first, unit) => {
      let [isPlaced, isLost] = [false, false]
      for (let sight = first; sight !== undefined; sight = sight.elsewhere) {
        const {machine, isAssigned, state} = sight
        const isThere = this.isThere(machine)
        if (isAssigned || (isThere && state !== undefined)) isPlaced = true
        if (isThere || state === undefined) continue
        // It may be a oneshot that was done there.
        isLost = true
        lacking.push(keys.state(machine, unit))
        if (isAssigned) lacking.push(keys.assignment(machine, unit))
      }
      if (isLost || !isPlaced) lacking.push(keys.unit(unit))
    })
    return lacking
  }

  /** Takes in what was lacking. */
  putWhole(entry: Entry): void {
    this.view.put(entry)
    const parsed = this.parse(entry.key)
    const machine = parsed?.kind === 'machine' ? this.view.machines.get(parsed.machine) : undefined
    if (machine !== undefined) this.machines.set(machine.id, machine)
  }

  /** In no order. */
  eachStanding(take: (standing: Standing<Glance | UnitState>) => void): void {
    const places = new Map<string, Place>()
    this.seen.forEach((first, unit) => {
      for (let sight = first; sight !== undefined; sight = sight.elsewhere) {
        const {machine, isAssigned} = sight
        const state = this.view.state(machine, unit) ?? sight.state
        if (!isAssigned && state === undefined) continue
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

  /** What was read of a beginning; nothing where all of it is needed. */
  private begun<T>(key: string, head: T | undefined): T | undefined {
    if (head === undefined) this.unread.push(key)
    return head
  }
}

/** A unit on one of the machines that it is to be on or has a state on. */
interface Sight {
  readonly machine: string
  isAssigned: boolean
  state: Glance | undefined
  readonly elsewhere: Sight | undefined
}

type PlacedKey = Extract<ParsedKey, {readonly kind: 'assignment' | 'state'}>

const machineHead: (text: string) => Omit<MachineGlance, 'id'> | undefined = headDecoder(machineHeadSchema, 'metadata')
const stateHead: (text: string) => Glance | undefined = headDecoder(stateHeadSchema, 'file')
