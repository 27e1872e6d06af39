import type {Objection} from './objection.ts'
import type {Prospect} from './why.ts'

/** How far a machine is from taking a unit. */
export interface Distance {
  /** 0 for what passes by itself. */
  readonly obstacles: number
  readonly hardness: number
  /** Which part of what is needed is missing, all resources together. */
  readonly missing: number
}

export function distanceOf({objections, tooSmall, awaits}: Pick<Prospect, 'objections' | 'tooSmall' | 'awaits'>): Distance {
  if (awaits !== undefined) return {obstacles: 0, hardness: 0, missing: 0}
  return {
    obstacles: objections.length,
    hardness: objections.reduce((sum, each) => sum + hardness[each.kind], tooSmall.length * hardness.driver),
    missing: objections.reduce((sum, each) => sum + (each.kind === 'short' ? (each.need - each.free) / each.need : 0), 0),
  }
}

/** For sorting, the nearest first: by how much speaks against it, then by how hard that is to change, then by what is missing. */
export function isNearer(a: Distance, b: Distance): number {
  return a.obstacles - b.obstacles || a.hardness - b.hardness || a.missing - b.missing
}

/** What passes by itself, what moving a unit changes, what a word of the operator changes, and what needs another machine. */
const hardness: Readonly<Record<Objection['kind'], number>> = {
  stopping: 0,
  awaited: 0,
  short: 1,
  port: 1,
  conflict: 1,
  'max-per': 2,
  peer: 2,
  replaced: 2,
  cordoned: 2,
  metadata: 3,
  condition: 3,
  leaving: 4,
  'machine-id': 5,
  driver: 5,
  unreadable: 6,
}
