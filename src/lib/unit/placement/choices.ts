import {parseBoolean} from '../boolean.ts'
import {Fault} from '../fault.ts'
import type {PlacementKey} from '../placement-keys.ts'
import type {ProblemList} from '../problem-list.ts'
import {type FamilyLimit, parseMaxPer, parseMaxPerMachine, parseSpread, type Spread} from './limits.ts'
import {type HostPort, parseHostPort, parseRequest, type SaidRequests} from './requests.ts'
import {type Preference, parseAway, parseNear, parsePrefer} from './wishes.ts'

/** How a machine is chosen among those that do. */
export type Strategy = 'spread' | 'binpack'

/** What [X-Fleet] can say beyond fleet's words; what is not said is absent. */
export interface Choices {
  readonly maxPer?: readonly FamilyLimit[]
  readonly spread?: readonly Spread[]
  readonly preferences?: readonly Preference[]
  readonly strategy?: Strategy
  /** 0 to 100; `usualPriority` where nothing is said. */
  readonly priority?: number
  /** Of a unit's family so many are never taken away for others. */
  readonly keepAtLeast?: number
  /** Never moved to even out the cluster. */
  readonly sticky?: boolean
  readonly requests?: SaidRequests
  readonly ports?: readonly HostPort[]
}

export const usualPriority = 50

interface Word {
  readonly key: string
  readonly text: string
  readonly line: number
}

type WordsOf = (key: PlacementKey) => readonly Word[]

/** Reads the words that are ours; several values of a key stand on one line or on many. */
export function parseChoices(wordsOf: WordsOf, problems: ProblemList): Choices {
  const told = <T>(word: Word, found: T | Fault): readonly T[] => {
    if (!(found instanceof Fault)) return [found]
    problems.fault({section: 'X-Fleet', key: word.key, line: word.line}, found)
    return []
  }
  const all = <T>(key: PlacementKey, parse: (text: string) => T | Fault): readonly T[] =>
    wordsOf(key)
      .flatMap(word => word.text.split(/\s+/).map(text => ({...word, text})))
      .filter(({text}) => text !== '')
      .flatMap(word => told(word, parse(word.text)))
  const last = <T>(key: PlacementKey, parse: (text: string) => T | Fault): T | undefined =>
    wordsOf(key)
      .slice(-1)
      .flatMap(word => told(word, parse(word.text)))[0]

  const maxPer = [...all('MaxPerMachine', parseMaxPerMachine).slice(-1), ...all('MaxPer', parseMaxPer)]
  const spread = all('Spread', parseSpread)
  const preferences = [...all('Prefer', parsePrefer), ...all('Near', parseNear), ...all('Away', parseAway)]
  const strategy = last('Strategy', text => oneOf<Strategy>(text, ['spread', 'binpack']))
  const priority = last('Priority', text => upTo(text, 100))
  const keepAtLeast = last('KeepAtLeast', text => upTo(text, 1_000_000))
  const sticky = last('Sticky', text => parseBoolean(text) ?? new Fault(`'${text}' is neither yes nor no`, 'write yes or no'))
  const requests = together(all('Requests', parseRequest))
  const ports = all('Ports', parseHostPort)
  return {
    ...(maxPer.length === 0 ? {} : {maxPer}),
    ...(spread.length === 0 ? {} : {spread}),
    ...(preferences.length === 0 ? {} : {preferences}),
    ...(strategy === undefined ? {} : {strategy}),
    ...(priority === undefined ? {} : {priority}),
    ...(keepAtLeast === undefined ? {} : {keepAtLeast}),
    ...(sticky === undefined ? {} : {sticky}),
    ...(Object.keys(requests).length === 0 ? {} : {requests}),
    ...(ports.length === 0 ? {} : {ports}),
  }
}

function together(said: readonly SaidRequests[]): SaidRequests {
  const devices = Object.assign({}, ...said.map(each => each.devices ?? {}))
  const all: SaidRequests = Object.assign({}, ...said)
  return Object.keys(devices).length === 0 ? all : {...all, devices}
}

function upTo(text: string, most: number): number | Fault {
  return /^\d{1,7}$/.test(text) && Number(text) <= most
    ? Number(text)
    : new Fault(`'${text}' is no whole number from 0 to ${most}`, `write a number from 0 to ${most}`)
}

function oneOf<T extends string>(text: string, words: readonly T[]): T | Fault {
  return words.find(word => word === text) ?? new Fault(`'${text}' is none of ${words.join(', ')}`, `write ${words.join(' or ')}`)
}
