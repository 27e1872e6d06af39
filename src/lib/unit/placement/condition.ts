import {Fault} from '../fault.ts'
import {compileGlob} from '../glob.ts'

/** What is asked of one key of a machine's metadata. */
export interface Condition {
  readonly key: string
  readonly operator: Operator
  /** Empty where only the key counts. */
  readonly value: string
}

export type Operator = '=' | '!=' | '>=' | '<=' | '>' | '<' | '~' | 'has' | 'lacks'

/**
 * `disk!=hdd`, `kernel>=5.10`, `zone~eu-*`, `gpu` (has the key), `!gpu` (lacks it), `role=web`. Keys are made of what keys of metadata
 * are made of.
 */
export function parseCondition(text: string): Condition | Fault {
  const [, key, operator, value] = /^([A-Za-z0-9_.-]+)(!=|>=|<=|=|>|<|~)(.*)$/.exec(text) ?? []
  if (key !== undefined && operator !== undefined && value !== undefined) {
    if (operator === '~' && !compileGlob(value))
      return new Fault(`'${value}' is a malformed glob`, 'write it with * ? or a closed [abc]')
    if (operator.length === 1 && operator === '=' && value.includes('=')) return notCondition(text)
    return {key, operator: operator as Operator, value}
  }
  const [, not, alone] = /^(!?)([A-Za-z0-9_.-]+)$/.exec(text) ?? []
  if (alone === undefined) return notCondition(text)
  return {key: alone, operator: not === '!' ? 'lacks' : 'has', value: ''}
}

/** Whether metadata is as the condition asks. A key that is not there is unlike every value, and not to be compared. */
export function holds({key, operator, value}: Condition, metadata: Readonly<Record<string, string>>): boolean {
  const has = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (has === undefined) return operator === 'lacks' || operator === '!='
  switch (operator) {
    case '=':
      return has === value
    case '!=':
      return has !== value
    case '~':
      return compileGlob(value)?.(has) ?? false
    case 'has':
      return true
    case 'lacks':
      return false
    case '>=':
      return compareVersions(has, value) >= 0
    case '<=':
      return compareVersions(has, value) <= 0
    case '>':
      return compareVersions(has, value) > 0
    case '<':
      return compareVersions(has, value) < 0
  }
}

/** `kernel>=5.10`, as it was written. */
export function conditionText({key, operator, value}: Condition): string {
  return operator === 'has' ? key : operator === 'lacks' ? `!${key}` : `${key}${operator}${value}`
}

/** Numbers part by part, as versions have them: 5.9 < 5.10 < 5.10.1; words by their letters, and before numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    const [isNumber, isOtherNumber] = [/^\d/.test(one), /^\d/.test(other)]
    if (isNumber !== isOtherNumber) return isNumber ? 1 : -1
    const order = isNumber ? Number(one) - Number(other) : one < other ? -1 : one > other ? 1 : 0
    if (order !== 0) return order
  }
  return 0
}

function partsOf(text: string): readonly string[] {
  return text.match(/\d+|[^\d.\-_+]+/g) ?? []
}

function notCondition(text: string): Fault {
  return new Fault(`'${text}' is not key=value`, 'write it as key=value, key!=value, key>=5, key~glob*, key or !key')
}
