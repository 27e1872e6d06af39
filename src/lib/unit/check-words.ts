import type {UnitFile, UnitOption} from './file.ts'
import {indexOfFile, textOf} from './file-index.ts'
import {nearest} from './nearest.ts'
import {fleetKeys} from './placement-keys.ts'
import type {ProblemList} from './problem-list.ts'
import {containerKeys} from './quadlet/container-keys.ts'
import {systemdKeys, systemdSections} from './systemd-keys.ts'

/**
 * Tells of sections and keys that were likely meant to be others. A section that is nearly one we read is an error, since
 * the unit would run without it; a key that systemd does not know, or knows in another section, a warning, since systemd
 * passes it over. Sections and keys that begin with `X-` are another program's (systemd.syntax(7)).
 */
export function checkWords(file: UnitFile, problems: ProblemList): void {
  problems.locateIn(textOf(file))
  const seen = new Set<string>()
  for (const {name, line} of file.sections) {
    const keys = systemdKeys(name)
    if (keys && !seen.has(name)) checkKeys(file, {name, keys}, problems)
    else if (!keys) checkSection(name, line, problems)
    seen.add(name)
  }
}

function checkSection(name: string, line: number, problems: ProblemList): void {
  if (otherSections.includes(name)) return
  const place = {section: name, line}
  const meant = nearest(name, readSections)
  if (quadletSections.includes(name)) problems.error(place, 'a section for Podman only', 'write the container as [Container]')
  else if (meant) problems.error(place, 'unknown section', `write [${meant}]`)
  else if (!name.startsWith('X-')) {
    const known = [...readSections, ...systemdSections.filter(section => !readSections.includes(section))]
    problems.warning(place, 'unknown section, passed over', `the sections are ${known.join(', ')}`)
  }
}

interface KnownSection {
  readonly name: string
  readonly keys: ReadonlySet<string>
}

function checkKeys(file: UnitFile, section: KnownSection, problems: ProblemList): void {
  const {byKey} = indexOfFile(file, section.name)
  for (const key of byKey.keys()) {
    const isKnown = section.keys.has(key)
    if (isKnown && key !== 'Conflicts') continue
    const told = isKnown ? fleetConflicts(byKey.get(key) ?? [], section) : unknownKey(file, key, section)
    if (!told) continue
    for (const {line} of indexOfFile(file, section.name).all.filter(option => option.key === key))
      problems.warning({section: section.name, key, line}, told.message, told.remedy)
  }
}

interface Told {
  readonly message: string
  readonly remedy?: string
}

function unknownKey(file: UnitFile, key: string, {name, keys}: KnownSection): Told | undefined {
  if (key.startsWith('X-') && !fleetKeys.includes(key)) return undefined
  const elsewhere = sectionOf(file, key)
  if (elsewhere !== undefined)
    return {message: `is passed over in [${name}]: it belongs into [${elsewhere}]`, remedy: `move it below [${elsewhere}]`}
  const own = nearest(key, keys)
  if (own !== undefined) return {message: 'unknown key, which systemd passes over', remedy: `write ${own}=`}
  const other = systemdSections
    .map(section => ({section, meant: nearest(key, systemdKeys(section) ?? [], 1)}))
    .find(({meant}) => meant)
  const remedy = other && `write ${other.meant}= below [${other.section}]`
  return {message: 'unknown key, which systemd passes over', ...(remedy === undefined ? {} : {remedy})}
}

/** The section that knows a key; one that the file has before one that it has not. */
export function sectionOf(file: UnitFile, key: string): string | undefined {
  const knowing: string[] = systemdSections.filter(section => systemdKeys(section)?.has(key))
  if (fleetKeys.includes(key)) knowing.push('X-Fleet')
  if (Object.hasOwn(containerKeys, key)) knowing.push('Container')
  return knowing.find(section => file.sections.some(({name}) => name === section)) ?? knowing[0]
}

/** `Conflicts=` has a meaning in [Unit], but there it knows no globs (systemd.unit(5)). */
function fleetConflicts(given: readonly UnitOption[], {name}: KnownSection): Told | undefined {
  if (name !== 'Unit' || !given.some(({value}) => /[*?]/.test(value))) return undefined
  return {message: 'has no globs in [Unit], where it stops other units of the same machine', remedy: 'move it below [X-Fleet]'}
}

const readSections = ['Unit', 'Service', 'Container', 'X-Fleet']
const otherSections = ['Container', 'X-Fleet', 'Quadlet', 'Target', 'Device']
const quadletSections = ['Pod', 'Kube', 'Volume', 'Network', 'Build', 'Image', 'Artifact']
