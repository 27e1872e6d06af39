import {type ContainerSpec, plainContainer} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {allOptions, lastOptionOf, lastValueOf, optionsOf, type UnitFile, type UnitOption} from '../file.ts'
import {nearest} from '../nearest.ts'
import type {ProblemList} from '../problem-list.ts'
import {expandVariables, splitWords} from '../service/exec-words.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import {type ContainerKey, containerKeys} from './container-keys.ts'

/**
 * Reads [Container] (podman-systemd.unit(5)). Variables are replaced in Exec= alone, from `environment`; specifiers in
 * every value. Undefined when there is no image; other faults go to `problems` and leave their key out.
 */
export function parseContainer(
  file: UnitFile,
  setting: Setting & {readonly environment: Readonly<Record<string, string>>},
  problems: ProblemList,
): ContainerSpec | undefined {
  checkKeys(file, problems)
  const image = lastOptionOf(file, section, 'Image')
  if (!image) {
    const line = file.sections.find(({name}) => name === section)?.line ?? 0
    problems.error({section, key: 'Image', line}, 'is missing', 'write Image=nginx:1.27')
    return undefined
  }
  let spec = plainContainer('')
  const given = new Set(allOptions(file, section).map(({key}) => key))
  for (const [key, row] of Object.entries(containerKeys)) {
    if (!given.has(key) || !('takes' in row)) continue
    for (const {value, line} of valuesFor(key, row, {file, setting, problems})) {
      const next = row.translate(spec, value, setting.environment)
      if (next instanceof Fault) problems.fault({section, key, line}, next)
      else spec = next
    }
  }
  const group = lastOptionOf(file, section, 'Group')
  if (group && !lastValueOf(file, section, 'User')) {
    problems.error({section, key: 'Group', line: group.line}, 'stands without User=', 'write User= beside it')
  }
  return spec.readOnly && lastValueOf(file, section, 'ReadOnlyTmpfs')?.toLowerCase() !== 'false' ? withScratch(spec) : spec
}

const section = 'Container'

function checkKeys(file: UnitFile, problems: ProblemList): void {
  for (const {key, line} of allOptions(file, section)) {
    const row: ContainerKey | undefined = Object.hasOwn(containerKeys, key) ? containerKeys[key] : undefined
    const place = {section, key, line}
    if (!row) {
      const meant = nearest(key, Object.keys(containerKeys), 3)
      problems.error(place, 'unknown key', meant ? `write ${meant}=` : 'the keys are those of podman-systemd.unit(5)')
    } else if ('refused' in row) problems.fault(place, row.refused)
    else if ('ignored' in row) problems.warning(place, `passed over: ${row.ignored}`)
  }
}

interface Reading {
  readonly file: UnitFile
  readonly setting: Setting & {readonly environment: Readonly<Record<string, string>>}
  readonly problems: ProblemList
}

/** The values of a key, one by one, specifiers resolved and quotes taken off where the key has them. */
function valuesFor(
  key: string,
  row: {readonly takes: 'last' | 'each' | 'words'},
  reading: Reading,
): {value: string; line: number}[] {
  const {file, setting, problems} = reading
  const given = optionsOf(file, section, key)
  const options = row.takes === 'last' || key === 'Exec' ? given.slice(-1) : given
  return options.flatMap(option => {
    const place = {section, key, line: option.line}
    const words = row.takes === 'words' ? splitWords(option.value) : [option.value]
    if (words instanceof Fault) {
      problems.fault(place, words)
      return []
    }
    const resolved = words.map(word => resolveSpecifiers(word, setting))
    for (const {message, remedy} of resolved.flatMap(({faults}) => faults)) problems.warning(place, message, remedy)
    const texts = resolved.map(({text}) => text)
    return (key === 'Exec' ? execWords(texts, option, reading) : texts).map(value => ({value, line: option.line}))
  })
}

/** Before the machine is known, its variables stay as they are written. */
function execWords(words: readonly string[], {line}: UnitOption, {setting, problems}: Reading): readonly string[] {
  const {words: expanded, unset} = expandVariables(words, setting.environment, {keepUnset: setting.host === undefined})
  for (const name of setting.host ? unset : []) {
    problems.warning(
      {section, key: 'Exec', line},
      `$${name} has no value`,
      'write $$ for a dollar sign, or Environment= in [Service]',
    )
  }
  return expanded
}

/** The scratch directories that Quadlet gives a read-only container (ReadOnlyTmpfs=). */
function withScratch(spec: ContainerSpec): ContainerSpec {
  const targets = ['/run', '/tmp', '/var/tmp'].filter(target => !spec.mounts.some(mount => mount.target === target))
  const scratch = targets.map(target => ({type: 'tmpfs' as const, target, readOnly: false, options: []}))
  return {...spec, mounts: [...spec.mounts, ...scratch]}
}
