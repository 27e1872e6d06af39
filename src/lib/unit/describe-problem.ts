import type {Problem} from './unit.ts'

/**
 * A problem as one line, in the shape that compilers have: `units/web@.service:12:1: error: [X-Fleet] Conflict: unknown
 * key; write Conflicts=`. `source` is what the reader knows the file by; where the whole file is meant it stands alone.
 */
export function describeProblem(source: string, problem: Problem): string {
  return `${problemPlace(source, problem)}: ${problem.severity}: ${problemText(problem)}`
}

/** Where a problem stands: `units/web@.service:12:1`. */
export function problemPlace(source: string, {line, column}: Problem): string {
  return [source, ...(line > 0 ? [line, ...(column ? [column] : [])] : [])].join(':')
}

/** What is wrong and what to write instead, on one line. */
export function problemText({key, message, remedy}: Problem): string {
  const subject = key === undefined ? '' : `${key}: `
  return `${subject}${message}${remedy === undefined ? '' : `; ${remedy}`}`.replaceAll(/\s*[\r\n]+\s*/g, ' ')
}
