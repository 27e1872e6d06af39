import {Fault} from '../fault.ts'
import {allOptions, optionsOf, type UnitFile, type UnitOption} from '../file.ts'
import type {ProblemList} from '../problem-list.ts'
import {expandVariables, splitWords} from '../service/exec-words.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import type {Takes} from './container-key.ts'

/** A unit file whose [Container] is being read, for whom, and where its problems go. */
export interface Reading {
  readonly file: UnitFile
  readonly setting: Setting & {readonly environment: Readonly<Record<string, string>>}
  readonly problems: ProblemList
}

export interface Value {
  readonly text: string
  readonly line: number
  /** A variable in it has no value before the machine is known. */
  readonly isOpen: boolean
}

/**
 * The values of a key of [Container] one by one, as Quadlet takes them (podman-systemd.unit(5)) and systemd then takes the
 * ExecStart= line that it makes of them (systemd.service(5), "Command lines"): specifiers resolved, variables replaced.
 */
export function valuesOfKey(
  key: string,
  row: {readonly takes: Takes; readonly keepsEmpty?: true},
  reading: Reading,
): readonly Value[] {
  const given = row.keepsEmpty
    ? allOptions(reading.file, section).filter(option => option.key === key)
    : optionsOf(reading.file, section, key)
  const only = row.takes === 'last' || key === 'Exec'
  const isList = row.takes !== 'last' && row.takes !== 'each'
  const values: Value[] = []
  for (let at = only ? Math.max(0, given.length - 1) : 0; at < given.length; at++) {
    const option = given[at]
    if (option !== undefined) addValues(values, option, {takes: row.takes, isList, reading})
  }
  return values
}

function addValues(values: Value[], option: UnitOption, context: Context & {readonly takes: Takes}): void {
  const {takes, reading} = context
  const words = wordsOf(option.value, takes)
  if (words instanceof Fault) {
    reading.problems.fault({section, key: option.key, line: option.line}, words)
    return
  }
  if (takes === 'pairs') warnOfFragments(words, option, reading.problems)
  for (const word of words) {
    if (word.includes('%') || word.includes('$')) values.push(...expanded(word, option, context))
    else values.push({text: word, line: option.line, isOpen: false})
  }
}

const section = 'Container'

function wordsOf(value: string, takes: Takes): readonly string[] | Fault {
  if (takes === 'each') return [value]
  if (takes === 'last') return [value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value]
  if (!/[\s"'\\]/.test(value)) return value === '' ? [] : [value]
  return splitWords(takes === 'plain words' ? value.replaceAll('\\', '\\\\') : value)
}

/** A word without `=` behind one that has it is most often the rest of a value whose quotes were forgotten. */
function warnOfFragments(words: readonly string[], {key, line}: UnitOption, problems: ProblemList): void {
  if (words.length < 2) return
  const stray = words.slice(words.findIndex(word => word.includes('=')) + 1).find(word => !word.includes('='))
  if (stray === undefined || !words.some(word => word.includes('='))) return
  problems.warning({section, key, line}, `'${stray}' is an entry of its own`, `put blanks in quotes: ${key}="name=one two"`)
}

interface Context {
  /** A variable that stands alone becomes as many values as it has words. */
  readonly isList: boolean
  readonly reading: Reading
}

function expanded(word: string, {key, line}: UnitOption, {isList, reading: {setting, problems}}: Context): readonly Value[] {
  const place = {section, key, line}
  const {text, faults} = resolveSpecifiers(word, setting)
  for (const {message, remedy} of faults) problems.warning(place, message, remedy)
  const {words, unset} = expandVariables([text], setting.environment, {keepUnset: setting.host === undefined})
  for (const name of setting.host ? unset : [])
    problems.warning(place, `$${name} has no value`, 'write $$ for a dollar sign, or Environment= in [Service]')
  const isOpen = setting.host === undefined && unset.length > 0
  return (isList ? words : [words.join(' ')]).map(each => ({text: each, line, isOpen}))
}
