import type {Decided} from '../cluster/model.ts'
import {type Step, type StepKind, unitOf} from './step.ts'

/** The last decisions about each unit of this machine: they go with its state, so that whoever looks at it sees why. */
export class RecentDecisions {
  private readonly byUnit = new Map<string, readonly Decided[]>()

  note(step: Step, at: number): void {
    if (!toldKinds.has(step.kind)) return
    const unit = unitOf(step)
    const decided = {at, step: step.kind, reason: shortened(step.reason)}
    const before = this.of(unit)
    const last = before.at(-1)
    // Getting ready and starting is one decision.
    const same = last?.step === 'prepare' && last.failed === undefined && last.reason === decided.reason
    this.byUnit.set(unit, [...(same ? before.slice(0, -1) : before), decided].slice(-kept))
  }

  /** The step that was noted last of this kind came to nothing. */
  noteFailure(step: Step, message: string): void {
    const unit = unitOf(step)
    const all = this.of(unit)
    const at = all.findLastIndex(each => each.step === step.kind)
    this.byUnit.set(
      unit,
      all.map((each, index) => (index === at ? {...each, failed: shortened(message)} : each)),
    )
  }

  of(unit: string): readonly Decided[] {
    return this.byUnit.get(unit) ?? []
  }

  /** What the agent before this one told, where nothing newer is known. */
  recall(unit: string, told: readonly Decided[] | undefined): void {
    if (told !== undefined && !this.byUnit.has(unit)) this.byUnit.set(unit, told)
  }

  /** Forgets the units that are no concern of this machine any more. */
  keepOnly(isKept: (unit: string) => boolean): void {
    for (const unit of this.byUnit.keys()) if (!isKept(unit)) this.byUnit.delete(unit)
  }
}

/** What changes whether a unit runs; the rest is housekeeping. */
const toldKinds: ReadonlySet<StepKind> = new Set(['prepare', 'load', 'start', 'stop'])
const kept = 8
const longest = 200

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}
