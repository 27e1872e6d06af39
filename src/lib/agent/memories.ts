import type {UnitState} from '../cluster/model.ts'
import type {Run, RunIdentity} from '../drivers/driver.ts'
import type {Unit} from '../unit/unit.ts'
import {isSuccess} from './restart.ts'
import {freshMemory, isOnceForAll, type Memory, sameIdentity, type Wanted} from './situation.ts'

/** The agent's memory of its units: what neither the engine nor the store tells at the moment it is needed. */
export class Memories {
  private readonly byUnit = new Map<string, Memory>()

  get all(): ReadonlyMap<string, Memory> {
    return this.byUnit
  }

  /** What the agent before this one reported, where nothing newer is known and it speaks of what is wanted now. */
  recall(wanted: Wanted, state: UnitState | undefined): void {
    if (this.byUnit.has(wanted.unit.name)) return
    if (state === undefined || state.file !== wanted.file || state.generation !== wanted.identity.generation) return
    this.byUnit.set(wanted.unit.name, {
      identity: wanted.identity,
      starts: state.starts,
      restarts: state.restarts,
      done: state.done === true,
      ...(state.log === undefined || state.container === undefined ? {} : {log: {run: state.container, lines: state.log}}),
      ...(state.startError === undefined
        ? {}
        : {ending: {at: Math.max(state.since, ...state.starts), message: state.startError}}),
    })
  }

  started(unit: string, identity: RunIdentity, at: number): void {
    const before = this.of(unit, identity)
    const {ending: _ending, ...kept} = before
    this.byUnit.set(unit, {
      ...kept,
      starts: [...before.starts, at].slice(-startsKept),
      restarts: before.restarts + (before.starts.length > 0 ? 1 : 0),
    })
  }

  /** `final`: trying again cannot help before something else changes. */
  startFailed(
    {unit: {name: unit}, identity}: {readonly unit: Unit; readonly identity: RunIdentity},
    {at, message, final}: {readonly at: number; readonly message: string; readonly final: boolean},
  ): void {
    const before = this.of(unit, identity)
    this.byUnit.set(unit, {
      ...before,
      refusals: (before.refusals ?? 0) + (final ? refusalsOfAFinalOne : 1),
      ending: {at, message},
    })
  }

  /** A supervising engine has taken the unit up as it is wanted. */
  takenUp(unit: string, identity: RunIdentity): void {
    const {ending: _, refusals: __, ...kept} = this.of(unit, identity)
    this.byUnit.set(unit, kept)
  }

  collected(unit: string, run: Run, lines: readonly string[]): void {
    this.byUnit.set(unit, {...this.of(unit, run.identity), log: {run: run.id, lines}})
  }

  /** A run is there: what must not be forgotten once it is gone. Runs of another identity than the wanted one say nothing. */
  seen(run: Run, {unit, identity}: Wanted): void {
    if (!isOnceForAll(unit) || !sameIdentity(run.identity, identity)) return
    if (run.supervised !== undefined && !run.supervised.launched) return
    if (run.phase !== 'exited' || !isSuccess(unit.service, run.exitCode)) return
    const before = this.of(unit.name, identity)
    if (!before.done) this.byUnit.set(unit.name, {...before, done: true})
  }

  /** Forgets the units that are no concern of this machine any more. */
  keepOnly(isKept: (unit: string) => boolean): void {
    for (const unit of this.byUnit.keys()) if (!isKept(unit)) this.byUnit.delete(unit)
  }

  private of(unit: string, identity: RunIdentity): Memory {
    const memory = this.byUnit.get(unit)
    return memory !== undefined && sameIdentity(memory.identity, identity) ? memory : freshMemory(identity)
  }
}

/** No patience with what cannot get better by itself. */
const refusalsOfAFinalOne = 16
/** More than any start limit in use counts. */
const startsKept = 64
