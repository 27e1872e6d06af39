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
 * nothing here stays as it is and is told as a fault.
 */
export function resolveSpecifiers(text: string, setting: Setting): Resolved {
  const faults: Fault[] = []
  const resolved = text.replace(/%([\s\S]?)/gu, (written, letter: string) => {
    const meaning = Object.hasOwn(meanings, letter) ? meanings[letter] : undefined
    if (meaning) return meaning(setting)
    faults.push(new Fault(`'${written}' is no specifier here`, 'write %% for a percent sign'))
    return written
  })
  return {text: resolved, faults}
}

/** Resolves only %n %N %p %i, as fleet does in [X-Fleet]; everything else stays. */
export function resolvePlacementSpecifiers(text: string, name: UnitName): string {
  return text.replace(/%([nNpi])/g, (written, letter: string) => meanings[letter]?.({name}) ?? written)
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
}

const hostOf = (setting: Setting): Host => setting.host ?? unknownHost
const instanceOf = ({name}: Setting): string => (name.isTemplate ? instanceStandIn : (name.instance ?? ''))
const finalPart = ({name}: Setting): string => name.prefix.slice(name.prefix.lastIndexOf('-') + 1)

const meanings: Readonly<Record<string, (setting: Setting) => string>> = {
  '%': () => '%',
  // The unit
  n: ({name}) => name.name,
  N: ({name}) => name.name.slice(0, name.name.lastIndexOf('.')),
  p: ({name}) => name.prefix,
  P: ({name}) => unescapeName(name.prefix),
  i: instanceOf,
  I: setting => unescapeName(instanceOf(setting)),
  j: finalPart,
  J: setting => unescapeName(finalPart(setting)),
  f: setting => `/${unescapeName(instanceOf(setting) || setting.name.prefix).replace(/^\/+/, '')}`,
  // The machine
  a: setting => hostOf(setting).architecture,
  b: setting => hostOf(setting).bootId.replaceAll('-', ''),
  H: setting => hostOf(setting).hostname,
  l: setting => hostOf(setting).hostname.replace(/\..*$/, ''),
  m: setting => hostOf(setting).machineId,
  v: setting => hostOf(setting).kernel,
  // What the system's manager runs as, and its directories
  u: () => 'root',
  U: () => '0',
  g: () => 'root',
  G: () => '0',
  h: () => '/root',
  s: () => '/bin/sh',
  t: () => '/run',
  S: () => '/var/lib',
  C: () => '/var/cache',
  L: () => '/var/log',
  E: () => '/etc',
  T: () => '/tmp',
  V: () => '/var/tmp',
}

/** Undoes the escaping of unit names: `-` for `/`, `\xHH` for a byte (systemd.unit(5), "String Escaping"). */
export function unescapeName(escaped: string): string {
  const bytes: number[] = []
  for (const part of escaped.matchAll(/\\x([0-9a-fA-F]{2})|([\s\S])/gu)) {
    if (part[1] !== undefined) bytes.push(Number.parseInt(part[1], 16))
    else bytes.push(...new TextEncoder().encode(part[2] === '-' ? '/' : part[2]))
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
