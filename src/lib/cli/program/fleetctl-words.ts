/** What is known of the flags of all commands, by name. */
export type FlagKinds = ReadonlyMap<string, {readonly type: 'boolean' | 'option'; readonly allowNo?: boolean | undefined}>

/** A word as ctl writes it, and where in the line it stood. */
export interface SpelledWord {
  readonly word: string
  readonly at: number
}

/**
 * What was typed by fingers that know fleetctl, in ctl's own words: flags that have another name here (`--l`, `--ca-file`), with
 * one dash (`-no-legend`), with a truth value (`--replace=false`). Flags of fleetctl's that mean nothing here are left out. All
 * else is as it was. `flags` are those of every command; `id` is the command, as far as it is known.
 */
export function spellOut(words: readonly string[], flags: FlagKinds, id?: string): readonly SpelledWord[] {
  const spelled: SpelledWord[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const written = readFlag(word, flags, id)
    if (written === undefined) spelled.push({word, at})
    else if (isMeaningless(written, words[at + 1], id)) {
      if (withoutMeaning.get(written.name) === 'option' && written.value === undefined) at++
    } else {
      const own = writeFlag(written, flags)
      if (own !== undefined) spelled.push({word: own, at})
    }
  }
  return spelled
}

/** Why a flag of fleetctl's is refused rather than left out: it says which cluster is meant. By name. */
export const refusedOfFleetctl: ReadonlyMap<string, string> = new Map(
  Object.entries({
    endpoint: "is that of fleet's API; ctl speaks to etcd itself, see --endpoints",
    'etcd-key-prefix': "is that of fleet's keys; for ctl's own see --prefix",
  }),
)

/** fleetctl's names for flags that have another one here (fleetctl(1); `--l`, `--f` and `--A` are its short forms). */
const renamed: ReadonlyMap<string, string> = new Map(
  Object.entries({
    l: 'full',
    f: 'follow',
    A: 'forward-agent',
    h: 'help',
    'ca-file': 'cacert',
    'cert-file': 'cert',
    'key-file': 'key',
    'etcd-cafile': 'cacert',
    'etcd-certfile': 'cert',
    'etcd-keyfile': 'key',
  }),
)

/** Where a command reads from fleet's API, that is what fleetctl's flags are for. */
const renamedForImport: ReadonlyMap<string, string> = new Map(
  Object.entries({
    endpoint: 'fleet-endpoint',
    'ca-file': 'fleet-cacert',
    'cert-file': 'fleet-cert',
    'key-file': 'fleet-key',
  }),
)

const withoutMeaning: ReadonlyMap<string, 'boolean' | 'option'> = new Map([
  ['request-timeout', 'option'],
  ['driver', 'option'],
  ['experimental-api', 'boolean'],
  ['sign', 'boolean'],
])

interface WrittenFlag {
  /** Without dashes, and as it is called here. */
  readonly name: string
  readonly value: string | undefined
}

/** A flag by a long name; undefined for what is none, or is a run of short ones. */
function readFlag(word: string, flags: FlagKinds, id: string | undefined): WrittenFlag | undefined {
  const [, dashes, typed = '', value] = /^(--?)([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? []
  if (dashes === undefined || (dashes === '-' && typed.length < 3)) return undefined
  const name = (id === 'import' ? renamedForImport.get(typed) : undefined) ?? renamed.get(typed) ?? typed
  if (dashes === '-' && !isKnown(name, flags)) return undefined
  return {name, value}
}

function isKnown(name: string, flags: FlagKinds): boolean {
  if (['help', 'version', 'debug'].includes(name)) return true
  return flags.has(name) || withoutMeaning.has(name) || refusedOfFleetctl.has(name) || positiveOf(name, flags) !== undefined
}

/** `block` for `no-block`, where there is such a flag. */
function positiveOf(name: string, flags: FlagKinds): string | undefined {
  const positive = name.startsWith('no-') ? name.slice(3) : undefined
  return positive !== undefined && flags.get(positive)?.allowNo === true ? positive : undefined
}

/** `--driver` is fleetctl's where it has one of fleetctl's values, and a flag of the commands that have it elsewhere. */
function isMeaningless({name, value}: WrittenFlag, next: string | undefined, id: string | undefined): boolean {
  if (name !== 'driver') return withoutMeaning.has(name)
  return id !== 'agent' && id !== 'dev' && /^(api|etcd)$/i.test(value ?? next ?? '')
}

/** Undefined: it says what holds anyway. */
function writeFlag({name, value}: WrittenFlag, flags: FlagKinds): string | undefined {
  if (value === undefined) return `--${name}`
  const positive = positiveOf(name, flags)
  const flag = flags.get(positive ?? name)
  const isTrue = flag?.type === 'boolean' ? truthOf(value) : undefined
  if (isTrue === undefined) return `--${name}=${value}`
  if (isTrue === (positive === undefined)) return `--${positive ?? name}`
  return flag?.allowNo === true ? `--no-${positive ?? name}` : undefined
}

/** As Go's strconv.ParseBool has it, and with it fleetctl. */
function truthOf(value: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value) ? false : undefined
}
