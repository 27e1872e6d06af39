import type {Columns} from '../list/columns.ts'
import type {Contexts} from './document.ts'
import {type Choice, defaultEndpoints, type Settings, settingNames} from './settings.ts'

/** A context as lists and JSON show it: its settings without the password. */
export interface ContextRow {
  readonly name: string
  readonly current: boolean
  /** As the file has them. */
  readonly settings: Settings
}

/** The contexts in the order of the file; at most one is the current one. */
export function contextRows({contexts, current}: Contexts): readonly ContextRow[] {
  return Array.from(contexts, ([name, settings]) => contextRow(name, settings, name === current))
}

export function contextRow(name: string, settings: Settings, current: boolean): ContextRow {
  return {name, current, settings: withoutPassword(settings)}
}

/** `ctl context list`. */
export const contextColumns: Columns<ContextRow> = {
  all: {
    current: {text: row => (row.current ? '*' : null), tone: row => (row.current ? 'good' : undefined)},
    name: {text: row => row.name},
    endpoints: {text: row => row.settings.endpoints ?? defaultEndpoints},
    tunnel: {text: row => row.settings.tunnel ?? null},
    user: {text: row => row.settings.user ?? null},
    cacert: {text: row => row.settings.cacert ?? null},
    cert: {text: row => row.settings.cert ?? null},
    key: {text: row => row.settings.key ?? null},
  },
  shown: ['current', 'name', 'endpoints', 'tunnel'],
  wide: ['current', 'name', 'endpoints', 'tunnel', 'user', 'cacert', 'cert', 'key'],
  name: row => row.name,
}

/** A context as a page: its name, and each setting that it has. */
export function renderContext({name, current, settings}: ContextRow): string {
  const lines = settingNames.flatMap(setting => {
    const text = settings[setting]
    return text === undefined ? [] : [`  ${setting}: ${text}`]
  })
  return `${[`${name}${current ? ' (current)' : ''}`, ...lines].join('\n')}\n`
}

/** Where a command goes, in a line: `context: production (https://10.0.0.1:2379 through bastion)`. */
export function describeChoice({context = 'none', endpointsBy, settings}: Choice): string {
  const {endpoints, tunnel} = settings
  const through = tunnel === undefined ? '' : ` through ${tunnel}`
  const by = endpointsBy === undefined ? '' : `, by ${endpointsBy}`
  return `context: ${context} (${splitEndpoints(endpoints).join(', ')}${through}${by})`
}

export function splitEndpoints(text: string): readonly string[] {
  return text
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

function withoutPassword(settings: Settings): Settings {
  return settings.user === undefined ? settings : {...settings, user: settings.user.replace(/:.*$/s, ':…')}
}
