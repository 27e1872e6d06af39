import {Fault} from '../fault.ts'
import {compileGlob} from '../glob.ts'
import {type Condition, parseCondition} from './condition.ts'

/** What a unit would rather have, without insisting; a negative weight: would rather not. */
export type Preference =
  | {readonly kind: 'metadata'; readonly condition: Condition; readonly weight: number}
  /** Beside units that match. */
  | {readonly kind: 'near'; readonly glob: string; readonly weight: number}

/** `Prefer=disk=ssd:50`, `Prefer=kernel>=5.10`, `Prefer=spot:-30`. Without a weight it is 50, of 100 at most. */
export function parsePrefer(text: string): Preference | Fault {
  const {rest, weight} = weighed(text)
  if (weight === undefined) return noWeight(text)
  const condition = parseCondition(rest)
  return condition instanceof Fault ? condition : {kind: 'metadata', condition, weight}
}

/** `Near=db@*.service`, `Near=cache.service:80`. */
export function parseNear(text: string): Preference | Fault {
  return near(text, 1)
}

/** `Away=batch@*`: the same, the other way round. */
export function parseAway(text: string): Preference | Fault {
  return near(text, -1)
}

function near(text: string, sign: 1 | -1): Preference | Fault {
  const {rest, weight} = weighed(text)
  if (weight === undefined || weight < 0) return noWeight(text)
  return compileGlob(rest)
    ? {kind: 'near', glob: rest, weight: sign * weight}
    : new Fault(`'${rest}' is a malformed glob`, 'write it with * ? or a closed [abc]')
}

/** A number behind the last colon is the weight. */
function weighed(text: string): {readonly rest: string; readonly weight: number | undefined} {
  const [, rest, digits] = /^(.+):(-?\d+)$/.exec(text) ?? []
  if (rest === undefined) return {rest: text, weight: usual}
  const weight = Number(digits)
  return {rest, weight: Math.abs(weight) <= most ? weight : undefined}
}

const usual = 50
const most = 100

function noWeight(text: string): Fault {
  return new Fault(
    `'${text}' has no weight that can be`,
    'write a weight of 1 to 100 behind a colon; Prefer= takes negative ones, too',
  )
}
