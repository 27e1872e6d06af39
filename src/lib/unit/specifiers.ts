import {Fault} from './fault.ts'
import type {UnitName} from './names.ts'
import type {Host} from './unit.ts'

/** What a unit file is read for: whose name it bears, and the machine, which is not yet known when it is submitted. */
export interface Setting {
  readonly name: UnitName
  readonly host?: Host
}

/** A text with its specifiers resolved, and the faults of those that could not be. */
export interface Resolved {
  readonly text: string
  readonly faults: readonly Fault[]
}

/**
 * Resolves the specifiers of systemd.unit(5) as the system's manager would. Without a machine (%H, %m, …) or an instance
 * (of a template) stand-ins take their place, so that a unit can be checked before it is placed. A specifier that means
 * nothing here stays as it is and is told as a fault; a percent sign before what is no letter or digit just stays.
 */
export function resolveSpecifiers(text: string, setting: Setting): Resolved {
  let at = text.indexOf('%')
  if (at < 0) return {text, faults: noFaults}
  let resolved = ''
  let from = 0
  const faults: Fault[] = []
  for (; at >= 0; at = text.indexOf('%', from)) {
    const letter = text.charAt(at + 1)
    const found = meanings.get(letter)?.(setting)
    if (found === undefined && /[a-zA-Z0-9]/.test(letter)) faults.push(unresolved(`%${letter}`, letter, at))
    const end = found === undefined ? at + 1 : at + 2
    resolved += text.slice(from, found === undefined ? end : at) + (found ?? '')
    from = end
  }
  return {text: resolved + text.slice(from), faults}
}

const noFaults: readonly Fault[] = []

function unresolved(written: string, letter: string, offset: number): Fault {
  const why = meaningless.get(letter)
  if (why !== undefined) return new Fault(`'${written}' ${why}, and stays as it is`, 'write %% for a percent sign', offset)
  return meanings.has(letter)
    ? new Fault(`'${written}' is not known of this machine, and stays as it is`, undefined, offset)
    : new Fault(`'${written}' is no specifier`, 'write %% for a percent sign', offset)
}

/** Resolves only %n %N %p %i, as fleet does in [X-Fleet]; everything else stays. */
export function resolvePlacementSpecifiers(text: string, name: UnitName): string {
  if (!text.includes('%')) return text
  return text.replace(/%([nNpi])/g, (written, letter: string) => meanings.get(letter)?.({name}) ?? written)
}

/** What a template's instance is called while only the template is checked: a word, a number, a port, all at once. */
const instanceStandIn = '1'

const unknownHost: Host = {
  hostname: 'localhost',
  machineId: '0'.repeat(32),
  bootId: '0'.repeat(32),
  kernel: '0.0.0',
  architecture: 'x86-64',
  environment: {},
  osRelease: {ID: 'linux'},
}

const hostOf = (setting: Setting): Host => setting.host ?? unknownHost
const instanceOf = ({name}: Setting): string => (name.isTemplate ? instanceStandIn : (name.instance ?? ''))
const finalPart = ({name}: Setting): string => name.prefix.slice(name.prefix.lastIndexOf('-') + 1)

/** What a field of os-release(5) is: empty where the system does not say, undefined where its file is not known. */
const fromRelease =
  (field: string) =>
  (setting: Setting): string | undefined => {
    const release = hostOf(setting).osRelease
    return release && (release[field] ?? '')
  }

const shortName = (setting: Setting): string => hostOf(setting).hostname.replace(/\..*$/, '')

/** Undefined where the machine has not told it. */
const meanings: ReadonlyMap<string, (setting: Setting) => string | undefined> = new Map<
  string,
  (setting: Setting) => string | undefined
>([
  ['%', () => '%'],
  // The unit
  ['n', ({name}) => name.name],
  ['N', ({name}) => name.name.slice(0, name.name.lastIndexOf('.'))],
  ['p', ({name}) => name.prefix],
  ['P', ({name}) => unescapeName(name.prefix)],
  ['i', instanceOf],
  ['I', setting => unescapeName(instanceOf(setting))],
  ['j', finalPart],
  ['J', setting => unescapeName(finalPart(setting))],
  ['f', setting => `/${unescapeName(instanceOf(setting) || setting.name.prefix).replace(/^\/+/, '')}`],
  // The machine
  ['a', setting => hostOf(setting).architecture],
  ['b', setting => hostOf(setting).bootId.replaceAll('-', '')],
  ['H', setting => hostOf(setting).hostname],
  ['l', shortName],
  ['q', setting => hostOf(setting).prettyHostname ?? shortName(setting)],
  ['m', setting => hostOf(setting).machineId],
  ['v', setting => hostOf(setting).kernel],
  ['o', fromRelease('ID')],
  ['w', fromRelease('VERSION_ID')],
  ['W', fromRelease('VARIANT_ID')],
  ['B', fromRelease('BUILD_ID')],
  ['M', fromRelease('IMAGE_ID')],
  ['A', fromRelease('IMAGE_VERSION')],
  // What the system's manager runs as, and its directories
  ['u', () => 'root'],
  ['U', () => '0'],
  ['g', () => 'root'],
  ['G', () => '0'],
  ['h', () => '/root'],
  ['s', () => '/bin/sh'],
  ['t', () => '/run'],
  ['S', () => '/var/lib'],
  ['C', () => '/var/cache'],
  ['L', () => '/var/log'],
  ['E', () => '/etc'],
  ['D', () => '/usr/share'],
  ['T', () => '/tmp'],
  ['V', () => '/var/tmp'],
])

/** Specifiers of systemd.unit(5) that have no meaning where systemd does not run the unit. */
const meaningless: ReadonlyMap<string, string> = new Map([
  ['d', "is the directory of systemd's credentials"],
  ['y', "is the path of systemd's own unit file"],
  ['Y', "is the directory of systemd's own unit file"],
  ['c', "is a control group of systemd's"],
  ['r', "is a control group of systemd's"],
  ['R', "is a control group of systemd's"],
])

/** Undoes the escaping of unit names: `-` for `/`, `\xHH` for a byte (systemd.unit(5), "String Escaping"). */
export function unescapeName(escaped: string): string {
  const bytes: number[] = []
  for (const part of escaped.matchAll(/\\x([0-9a-fA-F]{2})|([\s\S])/gu)) {
    if (part[1] !== undefined) bytes.push(Number.parseInt(part[1], 16))
    else bytes.push(...new TextEncoder().encode(part[2] === '-' ? '/' : part[2]))
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
