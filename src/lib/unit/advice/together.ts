import {Fault} from '../fault.ts'
import {allOptions} from '../file.ts'
import {textOf} from '../file-index.ts'
import {parseUnitName} from '../names.ts'
import {hardDependencies} from '../platform-units.ts'
import {ProblemList} from '../problem-list.ts'
import {resolvePlacementSpecifiers} from '../specifiers.ts'
import type {Problem} from '../unit.ts'
import type {Advised} from './advice.ts'

/**
 * What can be said of unit files only together: for each, in their order, what it says of the others. Nothing where there
 * is only one.
 */
export function adviseTogether(units: readonly Advised[]): readonly (readonly Problem[])[] {
  if (units.length < 2) return units.map(() => [])
  const byName = Map.groupBy(units, ({name}) => name)
  const find = (name: string): Advised | undefined => (byName.get(name) ?? byName.get(templateOf(name) ?? ''))?.[0]
  return units.map(each => {
    const problems = new ProblemList()
    if (each.parsed.unit === undefined) return []
    problems.locateIn(textOf(each.read.file))
    tellTwice(each, byName.get(each.name) ?? [], problems)
    tellPeers(each, find, problems)
    tellDependencies(each, find, problems)
    tellOwnText(each, byName, problems)
    return problems.all()
  })
}

type Find = (name: string) => Advised | undefined

function tellTwice(unit: Advised, same: readonly Advised[], problems: ProblemList): void {
  if (same.length < 2) return
  problems.warning({section: 'Unit', line: 0}, `${unit.name} is what several of these files become`, 'take all but one away')
}

/** MachineOf= of a unit that is in none of the files may be in the cluster; of a template it never holds. */
function tellPeers({name, read, parsed}: Advised, find: Find, problems: ProblemList): void {
  const options = allOptions(read.file, 'X-Fleet').filter(({key}) => /MachineOf$/.test(key))
  for (const peer of new Set(parsed.unit?.placement.machineOf)) {
    const option = options.find(({value}) => resolvePlacementSpecifiers(value, parseUnitName(name)).includes(peer))
    const place = {section: 'X-Fleet', key: option?.key ?? 'MachineOf', line: option?.line ?? 0}
    if (isTemplate(peer))
      problems.warning(place, `'${peer}' is a template, which never runs`, `write ${peer.replace('@.', '@%i.')}`)
    else if (find(peer) === undefined)
      problems.fault(place, new Fault(`'${peer}' is in none of these files, so that the cluster must have it`), 'note')
  }
}

/** A unit depends on another only where both stand on one machine, which MachineOf= of either sees to. */
function tellDependencies({name, read, parsed}: Advised, find: Find, problems: ProblemList): void {
  for (const {key, name: written, line} of hardDependencies(read.file)) {
    const needed = resolvePlacementSpecifiers(written, parseUnitName(name))
    const other = find(needed)?.parsed.unit
    if (other === undefined || other.placement.global) continue
    if (parsed.unit?.placement.machineOf.includes(needed) || other.placement.machineOf.includes(name)) continue
    const place = {section: 'Unit', key, line}
    problems.warning(place, `'${written}' counts only on the same machine`, `write MachineOf=${written} in [X-Fleet]`)
  }
}

function tellOwnText(unit: Advised, byName: ReadonlyMap<string, readonly Advised[]>, problems: ProblemList): void {
  const template = templateOf(unit.name)
  const parent = template === undefined ? undefined : byName.get(template)?.[0]
  if (parent === undefined || parent.read === unit.read) return
  problems.fault(
    {section: 'Unit', line: 0},
    new Fault(`${unit.name} has a file of its own, and does not follow ${template}`),
    'note',
  )
}

function isTemplate(name: string): boolean {
  return /^[^@]+@\.[a-z]+$/.test(name)
}

function templateOf(name: string): string | undefined {
  try {
    return parseUnitName(name).template
  } catch {
    return undefined
  }
}
