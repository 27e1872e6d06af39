import type {ClusterView} from '../cluster/view.ts'
import {familyOf} from '../scheduler/census.ts'
import type {Kept} from '../scheduler/drain.ts'
import type {Ground} from '../scheduler/ground.ts'
import {isManyLost} from '../scheduler/hold.ts'
import {follow, type GroundChange, type UnitOnMachine} from '../scheduler/kept.ts'
import {seatKey} from '../scheduler/seats.ts'
import type {Snapshot} from '../scheduler/snapshot.ts'
import type {Unit} from '../unit/unit.ts'
import {type EngineDecision, type EnginePlan, planAll, reasonToForget, reasonToUpdate} from './plan.ts'
import {isAssigned, isDone, keepingFamilies, keepsSome, nextDeadline, pendingOn, stoppingAs} from './snapshot.ts'
import type {Touched} from './touched.ts'
import type {UnitShelf} from './unit-shelf.ts'

/** A plan, and whether everything was looked at for it. */
export interface MindPlan extends EnginePlan {
  readonly whole: boolean
}

/**
 * What an engine keeps between its looks, so that one unit more costs one unit and not a hundred thousand: the ground of its
 * last pass over everything. It goes on from there as long as what has changed concerns single units that have nothing to do
 * with others; for anything else it looks at everything again.
 */
export class EngineMind {
  private readonly view: ClusterView
  private readonly shelf: UnitShelf
  private ground: Ground | undefined
  /** Milliseconds since the epoch at which everything is to be looked at though nothing changes: a machine is to be empty then. */
  dueAt = Number.POSITIVE_INFINITY
  /** Units without a place, or global ones without all of theirs: what comes free may be theirs. */
  private homeless: ReadonlySet<string> = new Set()
  /** Units that are to leave a machine, and cannot: what comes free may be theirs. */
  private stuck: ReadonlySet<string> = new Set()
  /** Families of which some are never to go, and where units of them do not run: as soon as they do, others may go. */
  private keeping: ReadonlySet<string> = new Set()
  private pending: ReadonlySet<string> = new Set()
  /** For whom room is being made, by unit, and on which machine. */
  private promised: ReadonlyMap<string, string> = new Map()
  /** By unit, the lost machines that have left a state of it. */
  private readonly left = new Map<string, Set<string>>()

  constructor(view: ClusterView, shelf: UnitShelf) {
    this.view = view
    this.shelf = shelf
  }

  /** Whether those who have no place should be looked at again before long. */
  get hasHomeless(): boolean {
    return this.homeless.size > 0
  }

  /** What is to be done now (milliseconds since the epoch), after these changes. */
  plan(touched: Touched, recentlyLost: ReadonlySet<string>, now = 0): MindPlan {
    const decisions = now < this.dueAt ? this.goOn(touched, recentlyLost) : undefined
    if (decisions === undefined) return this.lookAtAll(recentlyLost, now)
    return {decisions, hold: undefined, promised: this.promised, whole: false}
  }

  private lookAtAll(recentlyLost: ReadonlySet<string>, now: number): MindPlan {
    const {view, shelf} = this
    shelf.keepOnly(view.units, view.files)
    this.dueAt = nextDeadline(view, now)
    const plan = planAll(view, shelf, {recentlyLost, now, promised: this.promised})
    const {decisions, hold, promised, ground, snapshot, refused, kept} = plan
    this.promised = promised
    const isPlain =
      hold === undefined && !isMoving(snapshot, ground, kept) && snapshot.frozen.size === 0 && view.unreadable.size === 0
    this.ground = isPlain ? ground : undefined
    this.keeping = keepingFamilies(snapshot.units)
    const pending = snapshot.placements.filter(placement => placement.pending !== undefined)
    this.pending = new Set(pending.map(({unit, machine}) => seatKey(unit, machine)))
    this.stuck = new Set(kept.map(({unit}) => unit))
    this.homeless = new Set([...refused, ...incomplete(ground)])
    this.left.clear()
    for (const machine of view.states.keys()) if (!view.machines.has(machine)) this.noteLeft(machine)
    return {decisions, hold, promised, whole: true}
  }

  /** Undefined where everything is to be looked at; nothing is kept then. */
  private goOn(touched: Touched, recentlyLost: ReadonlySet<string>): readonly EngineDecision[] | undefined {
    const {ground, view} = this
    this.ground = undefined
    if (ground === undefined || touched.everything || view.unreadable.size > 0 || view.hold !== undefined) return undefined
    const lost = this.lostOf(ground, touched, recentlyLost)
    const change = lost && this.changeOf(ground, touched, lost)
    if (change === undefined) return undefined
    const frees =
      change.lost.length + change.unwanted.length + change.stopped.length + change.stopping.length + change.finished.length > 0
    if (frees && (this.hasHomeless || this.stuck.size > 0)) return undefined
    const decided = follow(ground, change)
    if (decided === undefined) return undefined
    this.ground = ground
    for (const machine of change.lost) this.noteLeft(machine)
    const gone = new Set(decided.flatMap(each => (each.kind === 'evict' ? [seatKey(each.unit, each.machine)] : [])))
    return [
      ...decided,
      ...this.updates(ground, touched, gone),
      ...this.withdrawals(ground, touched),
      ...this.forgets(touched, change.lost),
    ]
  }

  private noteLeft(machine: string): void {
    for (const unit of this.view.states.get(machine)?.keys() ?? []) {
      const machines = this.left.get(unit)
      if (machines === undefined) this.left.set(unit, new Set([machine]))
      else machines.add(machine)
    }
  }

  /** Machines that have gone; undefined where one has come or changed, or so many went that the engine may have to hold. */
  private lostOf(ground: Ground, touched: Touched, recentlyLost: ReadonlySet<string>): readonly string[] | undefined {
    const {machines, assignments} = this.view
    if ([...touched.machines].some(machine => machines.has(machine))) return undefined
    const lost = [...touched.machines].filter(machine => ground.rooms.has(machine))
    if (lost.length === 0) return lost
    const missing = new Set([...assignments.keys(), ...recentlyLost, ...lost].filter(machine => !machines.has(machine)))
    return isManyLost(missing.size, machines.size + missing.size) ? undefined : lost
  }

  private changeOf(ground: Ground, touched: Touched, lost: readonly string[]): GroundChange | undefined {
    const wanted: Unit[] = []
    const unwanted: string[] = []
    for (const name of touched.units) {
      if (this.left.has(name) || this.homeless.has(name) || this.stuck.has(name)) return undefined
      const record = this.view.units.get(name)
      if (record === undefined || record.desiredState === 'inactive') {
        unwanted.push(name)
        continue
      }
      const unit = this.shelf.unit(name, record.file, this.view.files.get(record.file))
      if (unit === undefined) return undefined
      if (this.hasHomeless && keepsSome(unit) && !this.keeping.has(familyOf(name))) return undefined
      wanted.push(unit)
    }
    const places = this.placesOf(ground, touched)
    return places && {lost, wanted, unwanted, ...places}
  }

  private placesOf(ground: Ground, touched: Touched): Pick<GroundChange, 'stopped' | 'stopping' | 'finished'> | undefined {
    const {view} = this
    const stopped: UnitOnMachine[] = []
    const stopping: (UnitOnMachine & {known?: Unit | undefined})[] = []
    const finished: string[] = []
    for (const place of touched.places.values()) {
      const {unit, machine} = place
      const room = ground.rooms.get(machine)
      const assigned = isAssigned(view, machine, unit)
      // Somebody else has written, or what was written did not come about.
      if (this.stuck.has(unit) || assigned !== ground.standsOn(unit, machine)) return undefined
      if (this.hasHomeless && assigned && this.maySpareOthers(place)) return undefined
      const state = view.state(machine, unit)
      const record = view.units.get(unit)
      const done = state !== undefined && record !== undefined && isDone(record, state)
      if (!done && ground.finished.has(unit)) return undefined
      if (room === undefined) {
        if (view.machines.has(machine)) return undefined
        continue
      }
      if (done && ground.wanted.get(unit)?.placement.global === false && !ground.finished.has(unit)) finished.push(unit)
      if (state !== undefined && !assigned) {
        stopping.push({...place, known: stoppingAs(unit, machine, view, this.shelf)})
      } else if (room.stopping.has(unit)) stopped.push(place)
    }
    return {stopped, stopping, finished}
  }

  /** Whether it runs, of a family that keeps some, or does so no longer. */
  private maySpareOthers({unit, machine}: UnitOnMachine): boolean {
    if (!this.keeping.has(familyOf(unit))) return false
    return (pendingOn(machine, unit, this.view).pending !== undefined) !== this.pending.has(seatKey(unit, machine))
  }

  /** Assignments that do not say any more what is wanted. */
  private *updates(ground: Ground, touched: Touched, gone: ReadonlySet<string>): Generator<EngineDecision> {
    for (const unit of touched.units) {
      const record = this.view.units.get(unit)
      if (record === undefined) continue
      for (const machine of ground.seatsOf(unit)) {
        const assignment = this.view.assignments.get(machine)?.get(unit)
        if (assignment === undefined || gone.has(seatKey(unit, machine))) continue
        const reason = reasonToUpdate(assignment, record)
        if (reason !== undefined) yield {kind: 'update', unit, machine, reason}
      }
    }
  }

  /** What lost machines have left behind, and is out of date by now. */
  private *forgets(touched: Touched, lost: readonly string[]): Generator<EngineDecision> {
    if (this.left.size === 0) return
    const ofLost = lost.flatMap(machine => [...(this.view.states.get(machine)?.keys() ?? [])])
    const ofPlaces = [...touched.places.values()].map(({unit}) => unit)
    for (const unit of new Set([...touched.units, ...ofPlaces, ...ofLost])) {
      for (const machine of [...(this.left.get(unit) ?? [])]) {
        const state = this.view.state(machine, unit)
        const reason = state && reasonToForget(state, this.view)
        if (reason !== undefined) yield {kind: 'forget', unit, machine, reason}
        else if (state === undefined) this.left.get(unit)?.delete(machine)
      }
      if (this.left.get(unit)?.size === 0) this.left.delete(unit)
    }
  }

  /** Refusals of units that have a place by now, or want none. */
  private *withdrawals(ground: Ground, touched: Touched): Generator<EngineDecision> {
    for (const unit of new Set([...touched.units, ...touched.refusals])) {
      if (!this.view.refusals.has(unit) || (ground.wanted.has(unit) && !ground.hasSeat(unit))) continue
      yield {kind: 'withdraw', unit, reason: 'placed, or no longer wanted'}
    }
  }
}

/** Whether anybody is on the way, or goes as soon as others have gone: what becomes of them depends on everything. */
function isMoving({machines, moves = [], placements}: Snapshot, ground: Ground, kept: readonly Kept[]): boolean {
  if (moves.length > 0 || kept.some(({why}) => why === 'turn' || why === 'floor')) return true
  const stays = new Set([...kept.map(({unit}) => unit), ...ground.finished])
  const drained = new Set(machines.flatMap(({id, drain}) => (drain === undefined ? [] : [id])))
  // Also who has left by this very pass: where they went, others may have to go.
  if (placements.some(({unit, machine}) => drained.has(machine) && !stays.has(unit))) return true
  return placements.some(({unit, from}) => from !== undefined && ground.standsOn(unit, from) && ground.seatsOf(unit).size > 1)
}

/** Global units that are not on every machine that is what they ask for. */
function* incomplete(ground: Ground): Generator<string> {
  for (const unit of ground.wanted.values()) {
    if (!unit.placement.global) continue
    for (const room of ground.shapes.of(unit).rooms()) {
      if (room.units.has(unit.name)) continue
      yield unit.name
      break
    }
  }
}
