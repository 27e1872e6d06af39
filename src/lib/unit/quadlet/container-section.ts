import {parseBoolean} from '../boolean.ts'
import {type ContainerSpec, plainContainer} from '../container/container-spec.ts'
import {isBuiltIn} from '../container/network-values.ts'
import {Fault} from '../fault.ts'
import {allOptions, keysOf, lastOptionOf, lastValueOf, type UnitFile} from '../file.ts'
import {nearest} from '../nearest.ts'
import type {ProblemList} from '../problem-list.ts'
import type {ContainerKey} from './container-key.ts'
import {containerKeys} from './container-keys.ts'
import {type Reading, valuesOfKey} from './key-values.ts'
import {podmanArgs} from './podman-args.ts'
import {checkServiceName} from './service-name.ts'

/**
 * Reads [Container] (podman-systemd.unit(5)). Every value is what Quadlet would have made of it in an ExecStart= line: its
 * specifiers are resolved, and its variables replaced from `environment`; before the machine is known, values with
 * variables that it may bring are not faulty. Undefined when there is no image; other faults go to `problems` and leave
 * their key out.
 */
export function parseContainer(file: UnitFile, setting: Reading['setting'], problems: ProblemList): ContainerSpec | undefined {
  const reading = {file, setting, problems}
  checkKeys(reading)
  checkQuadlet(reading)
  const image = lastOptionOf(file, section, 'Image')
  if (!image) {
    const line = file.sections.find(({name}) => name === section)?.line ?? 0
    if (!lastOptionOf(file, section, 'Rootfs'))
      problems.error({section, key: 'Image', line}, 'is missing', 'write Image=nginx:1.27')
    return undefined
  }
  let spec = plainContainer(image.value)
  const given = keysOf(file, section)
  for (const [key, row] of translated) {
    if (!given.has(key)) continue
    for (const value of valuesOfKey(key, row, reading)) {
      const remark = row.remark?.(value.text)
      if (remark) problems.warning({section, key, line: value.line}, remark.message, remark.remedy)
      const next = row.translate(spec, value.text, setting.environment)
      if (!(next instanceof Fault)) spec = next
      else if (!value.isOpen) problems.fault({section, key, line: value.line}, next)
    }
  }
  for (const {value, next} of podmanArgs(reading)) {
    const found = next(spec)
    if (!(found instanceof Fault)) spec = found
    else if (!value.isOpen) problems.fault({section, key: 'PodmanArgs', line: value.line}, found)
  }
  checkAddresses(spec, reading)
  const scratch = lastValueOf(file, section, 'ReadOnlyTmpfs')
  return spec.readOnly && (scratch === undefined || parseBoolean(scratch) !== false) ? withScratch(spec) : spec
}

const section = 'Container'

/** The keys that become part of the container, in the order in which they do. */
const translated = Object.entries(containerKeys).flatMap(([key, row]) => ('takes' in row ? [[key, row] as const] : []))

const translatedKeys = new Set(translated.map(([key]) => key))

/** Keys that the section's reader itself understands. */
const readerKeys = ['PodmanArgs', 'ServiceName']

function checkKeys({file, setting, problems}: Reading): void {
  for (const {key, line} of allOptions(file, section)) {
    if (translatedKeys.has(key) || readerKeys.includes(key)) continue
    const row: ContainerKey | undefined = Object.hasOwn(containerKeys, key) ? containerKeys[key] : undefined
    const place = {section, key, line}
    if (!row) {
      const meant = nearest(key, [...Object.keys(containerKeys), ...readerKeys], 3)
      problems.error(place, 'unknown key', meant ? `write ${meant}=` : 'the keys are those of podman-systemd.unit(5)')
    } else if ('refused' in row) problems.fault(place, row.refused)
    else if ('ignored' in row) problems.warning(place, `passed over: ${row.ignored}`)
  }
  checkServiceName(file, setting.name, problems)
}

/** [Quadlet] says only whether a unit waits for the network, which an agent has before it gets any unit. */
function checkQuadlet({file, problems}: Reading): void {
  for (const {key, value, line} of allOptions(file, 'Quadlet')) {
    const place = {section: 'Quadlet', key, line}
    if (key !== 'DefaultDependencies') problems.error(place, 'unknown key', 'write DefaultDependencies=, or take it away')
    else if (value !== '' && parseBoolean(value) === undefined)
      problems.error(place, `'${value}' is neither yes nor no`, 'write true or false')
  }
}

/** Docker gives addresses and names only in networks that someone made. */
function checkAddresses(spec: ContainerSpec, {file, problems}: Reading): void {
  if (!isBuiltIn(spec.network)) return
  for (const key of ['IP', 'IP6', 'NetworkAlias']) {
    const option = lastOptionOf(file, section, key)
    if (!option) continue
    const place = {section, key, line: option.line}
    const remedy = 'write Network= with the name of a network that was made on the machines'
    if (key === 'NetworkAlias') problems.warning(place, `has no effect in the network ${spec.network.mode}`, remedy)
    else problems.error(place, `cannot be had in the network ${spec.network.mode}`, remedy)
  }
}

/** The scratch directories that Quadlet gives a read-only container (ReadOnlyTmpfs=). */
function withScratch(spec: ContainerSpec): ContainerSpec {
  const targets = ['/run', '/tmp', '/var/tmp'].filter(target => !spec.mounts.some(mount => mount.target === target))
  const scratch = targets.map(target => ({type: 'tmpfs' as const, target, readOnly: false, options: []}))
  return {...spec, mounts: [...spec.mounts, ...scratch]}
}
