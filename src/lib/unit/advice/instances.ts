import {allOptions} from '../file.ts'
import {compileGlob} from '../glob.ts'
import type {UnitName} from '../names.ts'
import {understandUnit} from '../parse-unit.ts'
import type {Unit} from '../unit.ts'
import type {Given} from './given.ts'

/** What two instances of a template would fight over on one machine, and a word against conflicts that is none. */
export function adviseInstances({name, read, unit, problems}: Given): void {
  const template = name.isTemplate ? name.name : name.template
  const own = template === undefined ? name.name : instanceOf(name, name.instance ?? '1')
  if (unit.placement.conflicts.includes(own)) {
    const given = allOptions(read.file, 'X-Fleet').find(({key}) => key === 'Conflicts' || key === 'X-Conflicts')
    problems.warning(
      {section: 'X-Fleet', key: given?.key ?? 'Conflicts', line: given?.line ?? 0},
      `'${own}' is the unit itself, which is never in its own way`,
      template === undefined ? 'take it away' : `write Conflicts=${template.replace('@.', '@*.')}`,
    )
  }
  if (template === undefined || unit.container === undefined) return
  const second = instanceOf(name, name.instance === '2' ? '3' : '2')
  if (unit.placement.conflicts.some(glob => compileGlob(glob)?.(second))) return
  const shared = sharedBy(unit, understandUnit(second, read).unit)
  if (shared.length === 0) return
  const key = allOptions(read.file, 'Container').length > 0 ? 'Image' : 'ExecStart'
  const section = key === 'Image' ? 'Container' : 'Service'
  const line = allOptions(read.file, section).find(option => option.key === key)?.line ?? 0
  problems.warning(
    {section, key, line},
    `two instances on one machine would both want ${shared.join(' and ')}`,
    `write Conflicts=${template.replace('@.', '@*.')} in [X-Fleet]`,
  )
}

function instanceOf({prefix, type}: UnitName, instance: string): string {
  return `${prefix}@${instance}.${type}`
}

/** Host ports and the container's name, as far as they are the same in both. */
function sharedBy({container: one}: Unit, other: Unit | undefined): string[] {
  const two = other?.container
  if (one === undefined || two === undefined) return []
  const ports = (['none', 'host'].includes(one.network.mode) ? [] : one.ports).flatMap(port =>
    port.hostPort !== undefined &&
    two.ports.some(
      same => same.hostPort === port.hostPort && same.protocol === port.protocol && same.hostAddress === port.hostAddress,
    )
      ? [`port ${port.hostPort}`]
      : [],
  )
  return [...ports, ...(one.name !== undefined && one.name === two.name ? [`the name '${one.name}'`] : [])]
}
