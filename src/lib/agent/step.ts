import {unreachable} from '../base/errors.ts'
import type {DriverStepArguments, Run, RunIdentity} from '../drivers/driver.ts'

/** Everything an agent does, one kind a row: the driver's steps, and keeping the last lines of a run that failed. */
export interface StepArguments extends DriverStepArguments {
  prepare: DriverStepArguments['prepare'] & {readonly identity: RunIdentity}
  collect: {readonly run: Run}
}

export type StepKind = keyof StepArguments
export type Step<K extends StepKind = StepKind> = {
  [P in K]: {readonly kind: P; readonly reason: string} & StepArguments[P]
}[K]
export type Executors = {readonly [K in StepKind]: (step: Step<K>, signal: AbortSignal) => Promise<void>}

/** What to do for one unit, in order, each step only after the one before succeeded; or when to look again. */
export interface UnitPlan {
  readonly steps: readonly Step[]
  readonly wakeAt?: number
}

/** The unit a step is about. */
export function unitOf(step: Step): string {
  return 'unit' in step ? step.unit.name : step.run.unit
}

/** One line a step, the same in the log, the record of decisions and the tests. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'prepare':
      return `get ${step.unit.container?.image ?? 'ready'} for ${step.unit.name}: ${step.reason}`
    case 'load':
      return `load ${step.unit.name}: ${step.reason}`
    case 'start':
      return `start ${step.unit.name}: ${step.reason}`
    case 'stop':
      return `stop ${step.run.unit} (${step.run.id.slice(0, 12)}): ${step.reason}`
    case 'set-aside':
      return `set the ended run ${step.run.id.slice(0, 12)} of ${step.run.unit} aside: ${step.reason}`
    case 'remove':
      return `remove the ended run ${step.run.id.slice(0, 12)} of ${step.run.unit}: ${step.reason}`
    case 'collect':
      return `keep the last lines of ${step.run.unit}: ${step.reason}`
    default:
      return unreachable(step)
  }
}
