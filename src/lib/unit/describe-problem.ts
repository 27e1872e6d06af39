import type {Problem} from './unit.ts'

/**
 * A problem as one line: `units/web@.service:12: [X-Fleet] Conflict: unknown key; write Conflicts=`. `source` is what the
 * reader knows the file by.
 */
export function describeProblem(source: string, problem: Problem): string {
  const place = [
    source,
    ...(problem.line > 0 ? [problem.line] : []),
    ...(problem.line > 0 && problem.column ? [problem.column] : []),
  ]
  const subject = problem.key === undefined ? '' : `${problem.key}: `
  const severity = problem.severity === 'warning' ? 'warning: ' : ''
  const remedy = problem.remedy === undefined ? '' : `; ${problem.remedy}`
  return `${place.join(':')}: ${severity}${subject}${problem.message}${remedy}`.replaceAll(/\s*[\r\n]+\s*/g, ' ')
}
