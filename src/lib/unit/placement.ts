import {parseBoolean} from './boolean.ts'
import {sectionOf} from './check-words.ts'
import {Fault} from './fault.ts'
import {allOptions, type UnitFile} from './file.ts'
import {compileGlob, matchesGlob} from './glob.ts'
import type {UnitName} from './names.ts'
import {nearest} from './nearest.ts'
import {parseChoices} from './placement/choices.ts'
import {type Condition, parseCondition} from './placement/condition.ts'
import {fleetKeys, type PlacementKey as Key, placementKeys, placementSpellings} from './placement-keys.ts'
import type {Place, ProblemList} from './problem-list.ts'
import {resolvePlacementSpecifiers} from './specifiers.ts'
import type {Placement} from './unit.ts'

/**
 * Reads [X-Fleet] with fleet's meaning: values may be repeated or quoted (`"a" "b"`), deprecated spellings hold, and
 * only %n %N %p %i are resolved. Unlike in fleet an unknown key, and metadata or names that could never match, are errors.
 */
export function parsePlacement(file: UnitFile, name: UnitName, problems: ProblemList): Placement {
  const words = wordsByKey(file, name, problems)
  const place = (key: Key, line = 0): Place => ({section, key, line})
  const wordsOf = (key: Key): readonly Word[] => words.get(key) ?? []

  const machineOf = wordsOf('MachineOf').filter(word => isUnitWord(word, problems))
  const conflicts = wordsOf('Conflicts').flatMap(word => globsOf(word, problems))
  const replaces = wordsOf('Replaces').flatMap(word => globsOf(word, problems))
  const machineId = wordsOf('MachineID')[0]?.text
  const placement: Placement = {
    ...(machineId === undefined ? {} : {machineId}),
    machineOf: machineOf.map(word => word.text),
    ...metadataOf(wordsOf('MachineMetadata'), problems),
    conflicts,
    replaces,
    global: isGlobal(wordsOf('Global').at(-1), problems),
    onDisconnect: onDisconnect(wordsOf('OnDisconnect').at(-1), problems),
    ...parseChoices(wordsOf, problems),
  }
  const counts = (key: Key) => (key === 'Global' ? placement.global : wordsOf(key).length > 0)
  for (const [one, others] of exclusions) {
    if (!counts(one)) continue
    for (const other of others) {
      if (!counts(other)) continue
      problems.error(place(one, wordsOf(one)[0]?.line), `cannot stand beside ${other}=`, `take one of ${one}= and ${other}= away`)
    }
  }
  for (const {text, line} of machineOf) {
    const glob = [...conflicts, ...replaces].find(pattern => matchesGlob(pattern, text))
    if (glob === undefined) continue
    problems.error(
      place('MachineOf', line),
      `'${text}' is also kept away by '${glob}'`,
      'take it out of MachineOf= or of Conflicts= and Replaces=',
    )
  }
  return placement
}

const section = 'X-Fleet'
/** What fleet refuses side by side. */
const exclusions: readonly (readonly [Key, readonly Key[]])[] = [
  ['MachineID', ['MachineOf', 'Conflicts', 'Global', 'Replaces']],
  ['Global', ['MachineOf', 'Replaces']],
  ['Conflicts', ['Replaces']],
]

interface Word {
  readonly key: string
  readonly text: string
  readonly line: number
}

function wordsByKey(file: UnitFile, name: UnitName, problems: ProblemList): ReadonlyMap<Key, readonly Word[]> {
  const words = new Map<Key, Word[]>()
  for (const {key: spelling, value, line} of allOptions(file, section)) {
    const key = placementSpellings.get(spelling)
    if (key === undefined) {
      problems.error({section, key: spelling, line}, 'unknown key', remedyFor(spelling, file))
      continue
    }
    const given = words.get(key) ?? []
    words.set(key, given)
    for (const text of multipleValues(resolvePlacementSpecifiers(value, name)))
      if (text !== '') given.push({key: spelling, text, line})
  }
  words.get('MachineID')?.sort((left, right) => fleetKeys.indexOf(left.key) - fleetKeys.indexOf(right.key))
  return words
}

function remedyFor(key: string, file: UnitFile): string {
  const meant = nearest(key, placementKeys) ?? nearest(key, fleetKeys)
  if (meant !== undefined) return `write ${meant}=`
  const elsewhere = sectionOf(file, key)
  return elsewhere === undefined ? `the keys are ${placementKeys.join(', ')}` : `move it below [${elsewhere}]`
}

/** fleet's list in one line: split at blanks outside quotes if it begins and ends with a quote, else one value. */
export function multipleValues(line: string): string[] {
  if (!line.startsWith('"') || !line.endsWith('"')) return [line]
  const values: string[] = []
  let value = ''
  let quoted = false
  for (const character of line) {
    if (character === '"') quoted = !quoted
    else if (quoted || !/\s/.test(character)) value += character
    else {
      values.push(value)
      value = ''
    }
  }
  return [...values, value]
}

function isUnitWord({key, text, line}: Word, problems: ProblemList): boolean {
  const place = {section, key, line}
  if (/\s/.test(text)) {
    const quoted = text.split(/\s+/).map(part => `"${part}"`)
    problems.error(place, `'${text}' is one name with a blank in it`, `write ${key}=${quoted.join(' ')}`)
    return false
  }
  if (!/\.[a-z]+$/.test(text)) {
    problems.error(place, `'${text}' names no unit`, `write its whole name: ${text}.service`)
    return false
  }
  return true
}

function globsOf({key, text, line}: Word, problems: ProblemList): string[] {
  const globs = text.split(/\s+/).filter(glob => glob !== '')
  for (const glob of globs) {
    if (!compileGlob(glob))
      problems.error({section, key, line}, `'${glob}' is a malformed glob`, 'write it with * ? or a closed [abc]')
  }
  return globs
}

/** fleet's `key=value`, one of several values of a key being enough, and our conditions beyond. */
function metadataOf(words: readonly Word[], problems: ProblemList): Pick<Placement, 'metadata' | 'conditions'> {
  const conditions: Condition[] = []
  const byName = new Map<string, string[]>()
  for (const {key, text, line} of words) {
    const condition = parseCondition(text)
    if (!(condition instanceof Fault) && condition.operator !== '=') {
      conditions.push(condition)
      continue
    }
    const equals = text.indexOf('=')
    if (equals > 0 && !text.includes('=', equals + 1)) {
      const values = byName.get(text.slice(0, equals)) ?? []
      byName.set(text.slice(0, equals), values)
      const value = text.slice(equals + 1)
      if (!values.includes(value)) values.push(value)
      continue
    }
    const parts = text.split(/\s+/)
    const several = parts.length > 1 && parts.every(part => /^[^=]+=[^=]*$/.test(part))
    const remedy = several ? `write ${key}=${parts.map(part => `"${part}"`).join(' ')}` : `write ${key}=key=value`
    problems.error({section, key, line}, `'${text}' is not key=value`, remedy)
  }
  return {metadata: Object.fromEntries(byName), ...(conditions.length === 0 ? {} : {conditions})}
}

/** fleet's truth: true, yes, 1, on, t in any case; everything else is false. */
function isGlobal(word: Word | undefined, problems: ProblemList): boolean {
  if (!word) return false
  const known = parseBoolean(word.text)
  if (known === undefined || word.text.toLowerCase() === 'y') {
    problems.warning({section, key: word.key, line: word.line}, `'${word.text}' is taken for false`, 'write true or false')
    return false
  }
  return known
}

function onDisconnect(word: Word | undefined, problems: ProblemList): Placement['onDisconnect'] {
  if (word === undefined || word.text === 'keep' || word.text === 'stop') return word?.text === 'stop' ? 'stop' : 'keep'
  problems.error(
    {section, key: word.key, line: word.line},
    `'${word.text}' is neither keep nor stop`,
    'write OnDisconnect=keep or OnDisconnect=stop',
  )
  return 'keep'
}
