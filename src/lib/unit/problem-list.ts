import type {Fault} from './fault.ts'
import type {Problem} from './unit.ts'

/** Where in a unit file a problem stands. */
export interface Place {
  readonly section: string
  readonly key?: string
  /** 0 where the whole file is meant. */
  readonly line: number
}

/** Gathers the problems of one unit file, so that all are told at once. */
export class ProblemList {
  readonly #problems: Problem[]

  constructor(problems: readonly Problem[] = []) {
    this.#problems = [...problems]
  }

  error(place: Place, message: string, remedy?: string): void {
    this.#problems.push(problemAt('error', place, message, remedy))
  }

  warning(place: Place, message: string, remedy?: string): void {
    this.#problems.push(problemAt('warning', place, message, remedy))
  }

  fault(place: Place, fault: Fault): void {
    this.error(place, fault.message, fault.remedy)
  }

  get hasErrors(): boolean {
    return this.#problems.some(problem => problem.severity === 'error')
  }

  /** In the order of the lines, what concerns the whole file first. */
  all(): readonly Problem[] {
    return this.#problems.toSorted((left, right) => left.line - right.line)
  }
}

function problemAt(severity: Problem['severity'], place: Place, message: string, remedy: string | undefined): Problem {
  const key = place.key === undefined ? `[${place.section}]` : `[${place.section}] ${place.key}`
  return {severity, line: place.line, key, message, ...(remedy === undefined ? {} : {remedy})}
}
