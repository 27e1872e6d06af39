import type {Condition, ConfigBlock, Criterion} from './config-sections.ts'
import {matchesPattern, matchesPatterns} from './patterns.ts'

/** What is asked: the host's name as it was typed, and who asks. */
export interface ConfigQuery {
  readonly host: string
  /** Given on the command line; else the config may say. */
  readonly user?: string | undefined
  readonly localUser: string
}

/** The values of each key, in lower case: the first that was found, or all for keys that add up. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>

/**
 * What config files, in the order of their weight, say of a host: of each key the first value found counts, and every
 * IdentityFile (ssh_config(5)). Of Match the criteria all, host, originalhost, user, localuser and final count; a block with
 * any other (exec, canonical, tagged, localnetwork) is passed over.
 */
export function configFor(files: readonly (readonly ConfigBlock[])[], query: ConfigQuery): ConfigValues {
  const search: Search = {query, values: new Map(), final: false, wantsFinal: false}
  if (query.user !== undefined) search.values.set('user', [query.user])
  for (const blocks of files) gather(blocks, search)
  if (search.wantsFinal) {
    search.final = true
    for (const blocks of files) gather(blocks, search)
  }
  return search.values
}

/** Whether a Host line names this host in more words than `*`. */
export function hasHostEntry(files: readonly (readonly ConfigBlock[])[], host: string): boolean {
  return files.flat().some(({condition, entries}) => {
    const named =
      condition.kind === 'host' &&
      matchesPatterns(condition.patterns, host) &&
      condition.patterns.some(pattern => !pattern.startsWith('!') && !/^\*+$/.test(pattern) && matchesPattern(pattern, host))
    return named || entries.some(entry => 'included' in entry && hasHostEntry(entry.included, host))
  })
}

interface Search {
  readonly query: ConfigQuery
  readonly values: Map<string, readonly string[]>
  /** The second time through, which a `Match final` asks for. */
  final: boolean
  wantsFinal: boolean
}

function gather(blocks: readonly ConfigBlock[], search: Search): void {
  for (const {condition, entries} of blocks) {
    if (!holds(condition, search)) continue
    for (const entry of entries) {
      if ('included' in entry) for (const included of entry.included) gather(included, search)
      else keep(search.values, entry.key, entry.values)
    }
  }
}

/** ProxyJump and ProxyCommand: the one that comes first counts. */
const rivals: Readonly<Record<string, string>> = {proxyjump: 'proxycommand', proxycommand: 'proxyjump'}

function keep(values: Map<string, readonly string[]>, key: string, found: readonly string[]): void {
  const before = values.get(key)
  if (key === 'identityfile') values.set(key, [...new Set([...(before ?? []), ...found])])
  else if (before === undefined && !values.has(rivals[key] ?? key)) values.set(key, found)
}

function holds(condition: Condition, search: Search): boolean {
  switch (condition.kind) {
    case 'always':
      return true
    case 'host':
      return matchesPatterns(condition.patterns, search.query.host)
    case 'match':
      return condition.criteria.every(criterion => {
        const met = meets(criterion, search)
        return met !== undefined && met !== criterion.negated
      })
  }
}

/** Undefined for what is not understood: then the block does not count, negated or not. */
function meets({name, value}: Criterion, search: Search): boolean | undefined {
  const {query, values} = search
  const patterns = value.split(',')
  switch (name) {
    case 'all':
      return true
    case 'final':
      search.wantsFinal = true
      return search.final
    case 'host':
      return matchesPatterns(patterns, (values.get('hostname')?.[0] ?? query.host).replaceAll('%h', query.host))
    case 'originalhost':
      return matchesPatterns(patterns, query.host)
    case 'user':
      return matchesPatterns(patterns, values.get('user')?.[0] ?? query.localUser)
    case 'localuser':
      return matchesPatterns(patterns, query.localUser)
    default:
      return undefined
  }
}
