import {shortId} from '../../cluster/machine-name.ts'
import type {Problem} from '../../unit/unit.ts'
import type {Columns} from '../list/columns.ts'
import type {ImportRow} from './plan.ts'

/** The units that come from fleet. */
export const importColumns: Columns<ImportRow> = {
  all: {
    unit: {text: row => row.unit},
    dstate: {text: row => row.desiredState},
    machine: {text: ({machine}, {full}) => (machine === null || full ? machine : shortId(machine))},
    driver: {text: row => row.driver},
    problems: {text: row => countsOf(row.problems)},
    action: {
      text: row => row.action,
      tone: ({action}) => (action === 'refuse' || action === 'differs' ? 'bad' : action === 'same' ? undefined : 'good'),
    },
  },
  shown: ['unit', 'dstate', 'driver', 'problems', 'action'],
  wide: ['unit', 'dstate', 'machine', 'driver', 'problems', 'action'],
  name: row => row.unit,
}

/** `1 error, 2 warnings`; null where there is nothing to tell. Notes are not counted. */
function countsOf(problems: readonly Problem[]): string | null {
  const counts = (['error', 'warning'] as const).flatMap(severity => {
    const count = problems.filter(problem => problem.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.length === 0 ? null : counts.join(', ')
}
