import {readFile} from 'node:fs/promises'
import {parse} from 'yaml'
import {messageOf, UsageError} from '../base/errors.ts'
import type {CapacityWish} from './capacity.ts'

export const onExits = ['keep', 'drain', 'leave'] as const
/** What becomes of a machine's units when its agent ends: keep them running, have them placed elsewhere first, stop them. */
export type OnExit = (typeof onExits)[number]

export interface AgentSettings {
  /** /etc/machine-id unless given. */
  readonly machineId: string | undefined
  readonly name: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** The machine's first address that others can reach unless given. */
  readonly address: string | undefined
  readonly stateDirectory: string
  readonly ttlSeconds: number
  readonly onExit: OnExit
  /** Most seconds that `drain` and `leave` wait for the units to be gone. */
  readonly drainSeconds: number
  /** The host's file of variables, in which units look for the machine's addresses; completed unless undefined. */
  readonly environmentFile: string | undefined
  /** Whether this machine may lead the cluster. */
  readonly engine: boolean
  readonly offer: CapacityWish
}

/** A setting's name in the file is its flag's; a value may be text, a number or a boolean, metadata, capacity and reserve also a mapping. */
export type SettingsFile = Readonly<Record<string, string>>

export const defaultSettingsPath = '/etc/meissa/agent.yaml'

/** Reads the agent's file; without one at the default place nothing is set. Throws UsageError that names the file and the key. */
export async function readSettingsFile(path: string | undefined, known: readonly string[]): Promise<SettingsFile> {
  const source = path ?? defaultSettingsPath
  const text = await readFile(source, 'utf8').catch(error => {
    if (path === undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw new UsageError(`cannot read ${source}: ${messageOf(error)}`, {cause: error})
  })
  return parseSettings(source, text, known)
}

/** The settings of a YAML text, as the texts that the flags would have had. */
export function parseSettings(source: string, text: string, known: readonly string[]): SettingsFile {
  let yaml: unknown
  try {
    yaml = parse(text)
  } catch (error) {
    throw new UsageError(`${source}: ${messageOf(error)}`, {cause: error})
  }
  if (yaml === null || yaml === undefined) return {}
  if (typeof yaml !== 'object' || Array.isArray(yaml))
    throw new UsageError(`${source}: a mapping of settings is wanted`, {hint: 'write lines such as `name: web-host-1`'})
  const settings: Record<string, string> = {}
  for (const [key, value] of Object.entries(yaml)) {
    if (!known.includes(key))
      throw new UsageError(`${source}: unknown setting ${JSON.stringify(key)}`, {hint: `known settings: ${known.join(', ')}`})
    settings[key] = settingText(source, key, value)
  }
  return settings
}

const mappings = ['metadata', 'capacity', 'reserve']

function settingText(source: string, key: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  if (Array.isArray(value)) return value.map(String).join(',')
  if (mappings.includes(key) && typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => `${name}=${String(each)}`)
      .join(',')
  }
  throw new UsageError(`${source}: ${key} has no plain value`)
}
