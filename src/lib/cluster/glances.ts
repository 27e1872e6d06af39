import {compareNatural, sortedNaturally} from '../base/natural-order.ts'
import {isPart, keys, parseKey, prefixes} from '../store/keys.ts'
import type {Entry, Glance} from '../store/store.ts'
import {headDecoder} from './codec.ts'
import {type Machine, machineHeadSchema, stateHeadSchema, type UnitState} from './model.ts'
import {type Place, placeOf, type Standing} from './rows.ts'
import {ClusterView} from './view.ts'

/** As much of a state as a short list shows. Of a oneshot that is done all is known. */
export type StateGlance = Pick<UnitState, 'load' | 'active' | 'sub'> & {readonly done?: undefined}

/** As much of a machine. */
type MachineGlance = Pick<Machine, 'id' | 'name' | 'address'>

/**
 * The cluster for a short list. Of a unit that has a place the list shows what stands in keys, and in the first fields of its state:
 * records and assignments come without values, and of states and machines comes the beginning. What else is needed, of the few that have
 * no place and of machines that are lost, `lacking` tells once all is taken in.
 */
export class Glances {
  /** What was asked for besides. */
  readonly view = new ClusterView()
  readonly machines = new Map<string, MachineGlance>()
  /** The keys of records, assignments and states behind their prefixes, each in their order, and what the states begin with. */
  private readonly known: string[] = []
  private readonly assigned: string[] = []
  private readonly reported: string[] = []
  private readonly states: (StateGlance | undefined)[] = []
  /** The keys of what the beginning does not tell. */
  private readonly unread: string[] = []
  /** By unit, then machine; and the units that have a place. */
  private sights: readonly Sight[] = []
  private readonly placed = new Set<string>()
  private readonly taken = () => {
    if (--this.awaited === 0) this.lookOver()
  }

  /** What is to be taken in, each key once and those of a prefix in order. So many bytes are enough for a glance, as a rule. */
  readonly wanted: readonly Glance[] = [
    {prefix: prefixes.states, valueBytes: 128, take: (key, text) => this.putState(key, text), taken: this.taken},
    {prefix: prefixes.assignments, valueBytes: 0, take: key => this.assigned.push(key), taken: this.taken},
    {prefix: prefixes.machines, valueBytes: 256, take: (machine, text) => this.putMachine(machine, text), taken: this.taken},
    {prefix: prefixes.units, valueBytes: 0, take: unit => this.known.push(unit)},
  ]
  /** How many of the prefixes are still awaited that tell of places. */
  private awaited = this.wanted.filter(({taken}) => taken === this.taken).length

  /** The units that have records. */
  get units(): readonly string[] {
    return this.known.filter(isPart)
  }

  get unreadable(): ReadonlyMap<string, string> {
    return this.view.unreadable
  }

  /** Once all is taken in, the keys of what is to be read whole. */
  lacking(): readonly string[] {
    const unplaced = this.known.filter(unit => !this.placed.has(unit) && isPart(unit))
    return [...this.unread, ...unplaced.map(keys.unit)]
  }

  /** Takes in what was lacking. */
  putWhole(entry: Entry): void {
    this.view.put(entry)
    const parsed = parseKey(entry.key)
    const machine = parsed?.kind === 'machine' ? this.view.machines.get(parsed.machine) : undefined
    if (machine !== undefined) this.machines.set(machine.id, machine)
  }

  /** By unit, then machine. */
  eachStanding(take: (standing: Standing<StateGlance | UnitState>) => void): void {
    this.sights.forEach(({host, unit, isAssigned, state: glanced}) => {
      host.place ??= placeOf(this, host.machine)
      const state = this.view.states.size === 0 ? glanced : (this.view.state(host.machine, unit) ?? glanced)
      if (isAssigned || state !== undefined) take({unit, place: host.place, isAssigned, state})
    })
  }

  /** Whether a machine is registered, be it readable or not. */
  isThere(machine: string): boolean {
    return this.machines.has(machine) || this.view.isThere(machine)
  }

  private putMachine(id: string, text: string): void {
    const head = machineHead(text)
    if (head === undefined) this.unread.push(prefixes.machines + id)
    else this.machines.set(id, {...head, id})
  }

  private putState(key: string, text: string): void {
    const head = stateHead(text)
    if (head === undefined) this.unread.push(prefixes.states + key)
    this.reported.push(key)
    this.states.push(head)
  }

  /** All that is known of places is there; most of it while etcd is busy with the records. */
  private lookOver(): void {
    const seen = this.seen()
    seen.forEach(({host, unit, isAssigned, isReported, state}) => {
      if (isAssigned || (host.isThere && state !== undefined)) this.placed.add(unit)
      if (host.isThere || !isReported) return
      // It may be a oneshot that was done there.
      this.unread.push(keys.state(host.machine, unit), keys.assignment(host.machine, unit), keys.unit(unit))
    })
    const byMachine = (a: Sight, b: Sight) => compareNatural(a.host.machine, b.host.machine)
    this.sights = sortedNaturally(seen, ({unit}) => unit, byMachine)
  }

  /** Assignments and states put together, both being in the order of machines and units; keys that are none are left out. */
  private seen(): readonly Sight[] {
    const seen: Sight[] = []
    const {assigned, reported, states} = this
    let machine = ''
    let host: Host | undefined
    for (let a = 0, r = 0; a < assigned.length || r < reported.length; ) {
      const assignment = assigned[a]
      const report = reported[r]
      const areOne = assignment === report
      const isAssigned = areOne || (assignment !== undefined && (report === undefined || assignment < report))
      const isReported = areOne || !isAssigned
      const key = (isAssigned ? assignment : report) ?? ''
      const state = isReported ? states[r] : undefined
      if (isAssigned) a++
      if (isReported) r++
      if (key[machine.length] !== '/' || !key.startsWith(machine)) {
        machine = key.slice(0, Math.max(0, key.indexOf('/')))
        host = isPart(machine) ? {machine, isThere: this.isThere(machine), place: undefined} : undefined
      }
      const unit = key.slice(machine.length + 1)
      if (host !== undefined && isPart(unit)) seen.push({host, unit, isAssigned, isReported, state})
    }
    return seen
  }
}

/** A unit on one of the machines that it is to be on or has a state on. */
interface Sight {
  readonly host: Host
  readonly unit: string
  readonly isAssigned: boolean
  readonly isReported: boolean
  readonly state: StateGlance | undefined
}

/** A machine that units are seen on. */
interface Host {
  readonly machine: string
  /** As far as is known at a glance. */
  readonly isThere: boolean
  /** Once it is asked for: then all is known. */
  place: Place | undefined
}

const machineHead: (text: string) => Omit<MachineGlance, 'id'> | undefined = headDecoder(machineHeadSchema, 'metadata')
const stateHead: (text: string) => StateGlance | undefined = headDecoder(stateHeadSchema, 'file')
