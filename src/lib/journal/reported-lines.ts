import type {UnitState} from '../cluster/model.ts'
import type {JournalLine} from './line.ts'

/** The lines that an agent reported of a unit that failed, with the time at which it did. */
export function reportedLines(state: UnitState | undefined): readonly JournalLine[] {
  if (state?.log === undefined) return []
  const {unit, machine, container, since, log} = state
  return log.map(text => ({
    nanoseconds: BigInt(Math.floor(since)) * 1_000_000n,
    unit,
    machine,
    stream: 'stdout',
    text,
    ...(container === undefined ? {} : {container}),
  }))
}
