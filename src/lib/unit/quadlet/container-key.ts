import {parseBoolean} from '../boolean.ts'
import type {ContainerSpec} from '../container/container-spec.ts'
import type {Translate} from '../container/translate.ts'
import {Fault} from '../fault.ts'

/** What becomes of one key of [Container]. */
export type ContainerKey =
  | {
      readonly takes: Takes
      readonly translate: Translate
      /** An empty value is one, too, and does not take back what stands before it. */
      readonly keepsEmpty?: true
      /** What the operator should hear of a value that was understood. */
      readonly remark?: (value: string) => Fault | undefined
    }
  /** Cannot be had: why, and what to write instead. */
  | {readonly refused: Fault}
  /** Changes nothing here: why. */
  | {readonly ignored: string}

/**
 * How Quadlet reads the values of a key: the last one, without a pair of double quotes around it; every value as it is
 * written; every word of every value by the quoting rules, escapes resolved; the same with `key=value` in each word;
 * the same with backslashes that mean themselves.
 */
export type Takes = 'last' | 'each' | 'words' | 'pairs' | 'plain words'

type Row = Extract<ContainerKey, {readonly takes: Takes}>

export const last = (translate: Translate): Row => ({takes: 'last', translate})
export const each = (translate: Translate): Row => ({takes: 'each', translate})
export const words = (translate: Translate): Row => ({takes: 'words', translate})
export const pairs = (translate: Translate): Row => ({takes: 'pairs', translate})
export const plainWords = (translate: Translate): Row => ({takes: 'plain words', translate})
export const refused = (message: string, remedy: string): ContainerKey => ({refused: new Fault(message, remedy)})
export const ignored = (reason: string): ContainerKey => ({ignored: reason})

/** A yes or no that changes the container. */
export function yesNo(change: (spec: ContainerSpec, yes: boolean) => ContainerSpec | Fault): Row {
  return last((spec, value) => {
    const yes = parseBoolean(value)
    return yes === undefined ? new Fault(`'${value}' is neither yes nor no`, 'write true or false') : change(spec, yes)
  })
}

/** A yes or no of which only the no, the default, can be had. */
export function onlyNo(message: string, remedy: string): Row {
  return yesNo((spec, yes) => (yes ? new Fault(message, remedy) : spec))
}
