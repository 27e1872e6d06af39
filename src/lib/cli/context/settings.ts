/** What says where a cluster is and how to get in, as a flag and in a context alike, under the same name. */
export const settingNames = [
  'endpoints',
  'cacert',
  'cert',
  'key',
  'user',
  'prefix',
  'tunnel',
  'ssh-username',
  'ssh-port',
  'ssh-timeout',
  'strict-host-key-checking',
  'known-hosts-file',
  'ssh-config',
  'identity',
] as const

export type SettingName = (typeof settingNames)[number]

/** Settings as the texts that flags have. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>

/** The settings that name a file. */
export const fileSettings: readonly SettingName[] = ['cacert', 'cert', 'key', 'known-hosts-file', 'ssh-config', 'identity']

export const defaultEndpoints = 'http://127.0.0.1:2379'

/** A context, and what chose it: `--context`, CTL_CONTEXT, or that it is the current one. */
export interface ChosenContext {
  readonly name: string
  readonly settings: Settings
  readonly by: 'flag' | 'variable' | 'current'
}

export interface SettingSources {
  /** What the command line says. */
  readonly flags: Settings
  /** What `CTL_*` say. */
  readonly own: Settings
  /** What `ETCDCTL_*` and `FLEETCTL_*` say. */
  readonly theirs: Settings
  readonly context: ChosenContext | undefined
}

export interface Choice {
  readonly settings: Settings & {readonly endpoints: string}
  /** The context whose settings are among them. */
  readonly context: string | undefined
  /** What says the endpoints, where it is neither a context nor the default: `--endpoints`, `CTL_ENDPOINTS`. */
  readonly endpointsBy: string | undefined
}

/**
 * Each setting by the strongest that has it: flags, `CTL_*`, `ETCDCTL_*`, the context. A context that was chosen by flag is
 * stronger than the environment, one that was chosen by CTL_CONTEXT is stronger than `ETCDCTL_*`. A context that is weaker
 * than what says the endpoints has no say at all: its password and its tunnel are for its own cluster only.
 */
export function chooseSettings(sources: SettingSources): Choice {
  const layers = layersOf(sources)
  const merged: Settings = Object.assign({}, ...layers.map(layer => layer.settings).toReversed())
  const {endpoints = defaultEndpoints, ...others} = merged
  const endpointsBy = layers.find(layer => layer.settings.endpoints !== undefined)?.variable
  return {
    settings: {...withoutEmpty(others), endpoints},
    context: layers.some(layer => layer.variable === undefined) ? sources.context?.name : undefined,
    endpointsBy,
  }
}

/** Settings, and what would say endpoints among them; undefined for a context. */
interface Layer {
  readonly variable: string | undefined
  readonly settings: Settings
}

/** What has a say, the strongest first. */
function layersOf({flags: given, own, theirs: others, context}: SettingSources): readonly Layer[] {
  const flags = {variable: '--endpoints', settings: given}
  const ours = {variable: 'CTL_ENDPOINTS', settings: own}
  const theirs = {variable: 'ETCDCTL_ENDPOINTS', settings: others}
  const chosen = {variable: undefined, settings: context?.settings ?? {}}
  const above = given.endpoints ?? own.endpoints
  if (context?.by === 'flag') return [flags, chosen, withoutPlace(ours), withoutPlace(theirs)]
  if (context?.by === 'variable' && above === undefined) return [flags, ours, chosen, withoutPlace(theirs)]
  if (context?.by === 'current' && (above ?? others.endpoints) === undefined) return [flags, ours, theirs, chosen]
  return [flags, ours, theirs]
}

/** What was switched off by an empty flag is not there; empty endpoints are a mistake, and told. */
function withoutEmpty(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, text]) => text !== ''))
}

/** The place that a context says is not mixed with one that the environment says. */
function withoutPlace({variable, settings: {endpoints: _, tunnel: __, ...settings}}: Layer): Layer {
  return {variable, settings}
}
