import {parse} from 'ssh-config'
import {messageOf, UsageError} from '../../base/errors.ts'

/** A file of ssh_config(5), taken apart: blocks in their order, the first without a condition. */
export interface ConfigBlock {
  /** What must hold for the block to count. */
  readonly condition: Condition
  readonly entries: readonly ConfigEntry[]
}

export type Condition =
  | {readonly kind: 'always'}
  | {readonly kind: 'host'; readonly patterns: readonly string[]}
  | {readonly kind: 'match'; readonly criteria: readonly Criterion[]}

/** One word of a Match line: `user alice`, `!host *.example`, `all`. */
export interface Criterion {
  readonly name: string
  readonly negated: boolean
  readonly value: string
}

/** A setting, its key in lower case; or other files that stand in its place. */
export type ConfigEntry = PlainEntry | {readonly included: readonly (readonly ConfigBlock[])[]}

/** A block before its Include lines are followed: those are entries with the key `include`. */
export interface PlainBlock {
  readonly condition: Condition
  readonly entries: readonly PlainEntry[]
}

export interface PlainEntry {
  readonly key: string
  readonly values: readonly string[]
}

/** Reads the text of a config file. Throws UsageError that names the file when it cannot be read. */
export function parseConfig(text: string, file: string): readonly PlainBlock[] {
  const blocks: {condition: Condition; entries: PlainEntry[]}[] = [{condition: {kind: 'always'}, entries: []}]
  const commands = text.matchAll(commandLines)
  const entryOf = (line: Line): readonly PlainEntry[] => {
    if (!('param' in line) || line.param === '') return []
    const key = line.param.toLowerCase()
    return [{key, values: key === 'proxycommand' ? [commands.next().value?.[1] ?? ''] : valuesOf(line.value)}]
  }
  for (const line of parsed(`${text}\n`, file)) {
    if (!('param' in line) || line.param === '') continue
    const key = line.param.toLowerCase()
    if (key === 'host' || key === 'match') {
      const values = valuesOf(line.value)
      const condition: Condition =
        key === 'host' ? {kind: 'host', patterns: values} : {kind: 'match', criteria: criteriaOf(values, file)}
      const block = {condition, entries: 'config' in line ? line.config.flatMap(entryOf) : []}
      blocks.push(block)
    } else blocks[0]?.entries.push(...entryOf(line))
  }
  return blocks
}

/** A shell reads them: all that stands in the line counts, with its quotes. */
const commandLines = /^[ \t]*proxycommand(?:[ \t]*=[ \t]*|[ \t]+|(?=\r?$))(.*?)[ \t\r]*$/gim

type Line = ReturnType<typeof parse>[number]

function parsed(text: string, file: string): readonly Line[] {
  try {
    return [...parse(text)]
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`, {
      hint: 'ssh_config(5) says how it is written',
      cause: error,
    })
  }
}

function valuesOf(value: string | readonly {readonly val: string}[]): readonly string[] {
  return typeof value === 'string' ? [value] : value.map(({val}) => val)
}

const alone = ['all', 'canonical', 'final']

function criteriaOf(words: readonly string[], file: string): readonly Criterion[] {
  const criteria: Criterion[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const negated = word.startsWith('!')
    const name = word.slice(negated ? 1 : 0).toLowerCase()
    if (alone.includes(name)) criteria.push({name, negated, value: ''})
    else {
      const value = words[++index]
      if (value === undefined) throw new UsageError(`${file} cannot be read: 'Match ${word}' lacks what to match`)
      criteria.push({name, negated, value})
    }
  }
  return criteria
}
