import type {Fault} from './fault.ts'
import {TextPlaces} from './problem-place.ts'
import type {Problem} from './unit.ts'

/** Where in a unit file a problem stands. */
export interface Place {
  readonly section: string
  readonly key?: string
  /** 0 where the whole file is meant. */
  readonly line: number
  /** Within the value, from 0. */
  readonly offset?: number
}

interface Told {
  readonly problem: Problem
  /** Of those that were told here; the others have their columns. */
  readonly place?: Place
  readonly inValue?: boolean
}

/** Gathers the problems of one unit file, so that all are told at once. */
export class ProblemList {
  readonly #told: Told[] = []
  #text: string | undefined

  constructor(problems: readonly Problem[] = []) {
    for (const problem of problems) this.#told.push({problem})
  }

  /** The text of the unit file, in which columns are looked up. */
  locateIn(text: string | undefined): void {
    this.#text = text
  }

  error(place: Place, message: string, remedy?: string): void {
    this.#told.push({problem: problemAt('error', place, message, remedy), place})
  }

  warning(place: Place, message: string, remedy?: string): void {
    this.#told.push({problem: problemAt('warning', place, message, remedy), place})
  }

  /** Of a value. */
  fault(place: Place, fault: Fault, severity: Problem['severity'] = 'error'): void {
    const exact = fault.offset === undefined ? place : {...place, offset: (place.offset ?? 0) + fault.offset}
    this.#told.push({problem: problemAt(severity, place, fault.message, fault.remedy), place: exact, inValue: true})
  }

  get hasErrors(): boolean {
    return this.#told.some(({problem}) => problem.severity === 'error')
  }

  get isEmpty(): boolean {
    return this.#told.length === 0
  }

  /** In the order of the lines, what concerns the whole file first. */
  all(): readonly Problem[] {
    if (this.#told.length === 0) return []
    const places = this.#text === undefined ? undefined : new TextPlaces(this.#text)
    const located = this.#told.map(told => (places ? locate(told, places) : told.problem))
    return located.sort((left, right) => left.line - right.line)
  }
}

function locate({problem, place, inValue = false}: Told, places: TextPlaces): Problem {
  if (!place || problem.line < 1) return problem
  const {key, offset} = place
  const rough = {line: problem.line, hasKey: key !== undefined, inValue, message: problem.message}
  const found = places.find(offset === undefined ? rough : {...rough, offset})
  return found ? {...problem, ...found} : problem
}

function problemAt(severity: Problem['severity'], place: Place, message: string, remedy: string | undefined): Problem {
  const key = place.key === undefined ? `[${place.section}]` : `[${place.section}] ${place.key}`
  return {severity, line: place.line, key, message, ...(remedy === undefined ? {} : {remedy})}
}
