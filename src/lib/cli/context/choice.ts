import {UsageError} from '../../base/errors.ts'
import {chooseContext, noContexts, readContexts} from './contexts.ts'
import type {Contexts} from './document.ts'
import {type Choice, chooseSettings, type SettingName, type Settings, settingNames} from './settings.ts'

/** What a command says of the cluster that it works on. */
export interface ClusterWish {
  /** What its command line says. */
  readonly flags: Settings
  /** `--context`. */
  readonly context: string | undefined
  /** Whether it changes something: then it is said where, if there are several contexts. */
  readonly writes: boolean
  /** An agent belongs to its machine: contexts are for people, unless it is told to take one. */
  readonly isAgent: boolean
}

/** The cluster that a command works on, and the contexts that there are, so far as they had to be read. */
export interface ChosenCluster extends Choice {
  readonly contexts: Contexts
  /** Whether nothing says where it is, so that it is looked for on this host. */
  readonly isDefault: boolean
}

/**
 * Finds the cluster that a command works on, by its flags, the environment and the contexts. Throws UsageError for a file of
 * contexts that is broken, NotFoundError for a context that is not in it.
 */
export async function chooseCluster({flags, context: named, writes, isAgent}: ClusterWish): Promise<ChosenCluster> {
  const own = environment('CTL', settingNames)
  const theirs = {...environment('FLEETCTL', isAgent ? [] : fleetNames), ...environment('ETCDCTL', etcdctlNames)}
  const variable = isAgent ? undefined : process.env.CTL_CONTEXT || undefined
  const elsewhere = flags.endpoints ?? own.endpoints ?? (variable === undefined ? theirs.endpoints : undefined)
  const isWanted = named !== undefined || (!isAgent && elsewhere === undefined)
  const contexts = isWanted || (writes && !isAgent) ? await readContexts() : noContexts
  const context = isWanted ? chooseContext(contexts, named, variable) : undefined
  const choice = chooseSettings({flags, own, theirs, context})
  return {...choice, contexts, isDefault: choice.context === undefined && choice.endpointsBy === undefined}
}

/** Of parsed flags, the settings that were given on the command line, as texts. */
export function settingsOf(flags: Readonly<Record<string, unknown>>, given: ReadonlySet<string>): Settings {
  return Object.fromEntries(settingNames.flatMap(name => (given.has(name) ? [[name, String(flags[name])]] : [])))
}

/** Settings as the parser yields flags; undefined for those that nothing says. Throws UsageError for one that cannot be. */
export function flagValues(settings: Settings): Readonly<Record<string, string | number | boolean | undefined>> {
  return Object.fromEntries(
    settingNames.map(name => {
      const text = settings[name] ?? defaults[name]
      if (text === undefined) return [name, undefined]
      if (name === 'ssh-port') return [name, portOf(text)]
      if (name === 'strict-host-key-checking') return [name, yesOrNo(name, text)]
      return [name, text]
    }),
  )
}

const defaults: Settings = {prefix: '/meissa/v1/'}
const etcdctlNames: readonly SettingName[] = ['endpoints', 'cacert', 'cert', 'key', 'user']
/** fleetctl's variables that mean the same; its FLEETCTL_ENDPOINT is not etcd's. */
const fleetNames: readonly SettingName[] = [
  'tunnel',
  'ssh-username',
  'ssh-timeout',
  'known-hosts-file',
  'strict-host-key-checking',
]

/** What variables such as CTL_SSH_USERNAME say; an empty one says nothing. */
function environment(program: string, names: readonly SettingName[]): Settings {
  const found = names.map(name => [name, process.env[`${program}_${name.toUpperCase().replaceAll('-', '_')}`]] as const)
  return Object.fromEntries(found.filter(([, text]) => text !== undefined && text !== ''))
}

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new UsageError(`ssh-port: ${JSON.stringify(text)} is no port`)
  return port
}

function yesOrNo(name: string, text: string): boolean {
  if (/^(yes|true|1)$/i.test(text)) return true
  if (/^(no|false|0)$/i.test(text)) return false
  throw new UsageError(`${name}: ${JSON.stringify(text)} is neither yes nor no`)
}
