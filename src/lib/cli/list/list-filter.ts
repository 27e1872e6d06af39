import {Args, Flags} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import type {MachineRow} from '../../cluster/machine-rows.ts'
import {parseMetadata} from '../../cluster/metadata.ts'
import {activeStates} from '../../cluster/model.ts'
import type {BriefUnitRow} from '../../cluster/rows.ts'
import type {UnitFileRow} from '../../cluster/unit-file-rows.ts'
import {describeUnknownUnits} from '../../cluster/unknown-units.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {compileGlob} from '../../unit/glob.ts'
import {expandNames, parseUnitName} from '../../unit/names.ts'
import {nearest} from '../../unit/nearest.ts'
import {anyMachine} from '../machines/any-machine.ts'
import {findMachine} from '../machines/find-machine.ts'
import {isGlob} from '../units/known-units.ts'

export const listedUnitArguments = {
  units: Args.string({description: "only these: web@3, web@{1..4}, 'web@*'"}),
}

/** The flags that narrow a list of units. */
export const unitFilterFlags = {
  machine: Flags.string({
    char: 'm',
    summary: 'only units on this machine: name, hostname, address or the beginning of its id',
    helpValue: 'MACHINE',
  }),
  state: Flags.string({summary: 'only units that are so, several parted by commas', helpValue: 'failed,lost'}),
}

export const machineFilterFlags = {
  metadata: Flags.string({summary: 'only machines with this metadata', helpValue: 'KEY=VALUE,…'}),
}

export interface UnitFilterFlags {
  readonly machine?: string | undefined
  readonly state?: string | undefined
  readonly watch: boolean
}

/** What narrows a list of units. */
export interface Narrowed {
  readonly args: readonly string[]
  readonly flags: UnitFilterFlags
}

/** The rows of list-units that arguments and flags ask for. Throws as `unitNames` does, UsageError for `--state`. */
export function filterUnits<Row extends BriefUnitRow>(
  rows: readonly Row[],
  view: ClusterView,
  {args, flags}: Narrowed,
  known: () => Iterable<string> = () => view.units.keys(),
): readonly Row[] {
  const isMeant = unitNames(args, () => [...known(), ...rows.map(row => row.unit)], flags.watch)
  const machine = flags.machine === undefined ? undefined : anyMachine(view, flags.machine)
  const states = stateWords(flags.state)
  return rows.filter(
    row =>
      isMeant(row.unit) &&
      (machine === undefined || row.machine === machine) &&
      (states === undefined || states.has(row.active) || states.has(row.sub)),
  )
}

/** As `filterUnits` for list-unit-files; a global unit is on every machine that it is assigned to. */
export function filterUnitFiles(
  rows: readonly UnitFileRow[],
  view: ClusterView,
  {args, flags}: Narrowed,
): readonly UnitFileRow[] {
  const isMeant = unitNames(args, () => view.units.keys(), flags.watch)
  const machine = flags.machine === undefined ? undefined : anyMachine(view, flags.machine)
  const states = stateWords(flags.state)
  return rows.filter(
    row =>
      isMeant(row.unit) &&
      (machine === undefined || view.assignments.get(machine)?.has(row.unit) === true) &&
      (states === undefined || (row.state !== null && states.has(row.state))),
  )
}

/** The rows of list-machines that arguments and flags ask for. Throws NotFoundError for a machine that is not registered. */
export function filterMachines<Row extends MachineRow>(
  rows: readonly Row[],
  view: ClusterView,
  {args, metadata}: {readonly args: readonly string[]; readonly metadata: string | undefined},
): readonly Row[] {
  const meant = args.length === 0 ? undefined : new Set(args.map(arg => findMachine(view, arg).id))
  const asked = Object.entries(metadata === undefined ? {} : parseMetadata(metadata))
  return rows.filter(
    row => (meant === undefined || meant.has(row.machine)) && asked.every(([key, value]) => row.metadata[key] === value),
  )
}

/**
 * Whether a unit is one of those that the arguments name; none: all are. An argument that is nothing the cluster knows throws
 * NotFoundError, be it a name or a glob; with `mayCome` it is waited for.
 */
export function unitNames(args: readonly string[], known: () => Iterable<string>, mayCome = false): (unit: string) => boolean {
  if (args.length === 0) return () => true
  const patterns = args.flatMap(expandNames).map(pattern => (isGlob(pattern) ? pattern : parseUnitName(pattern).name))
  const names = new Set(patterns.filter(pattern => !isGlob(pattern)))
  const globs = patterns.filter(isGlob).map(glob => ({glob, matches: compileGlob(glob) ?? (() => false)}))
  if (!mayCome) {
    const all = new Set(known())
    const strange = [...names].filter(name => !all.has(name))
    if (strange.length > 0) throw describeUnknownUnits(strange, all)
    const idle = globs.filter(({matches}) => ![...all].some(matches)).map(({glob}) => glob)
    if (idle.length > 0) throw describeUnknownUnits(idle, all)
  }
  return unit => names.has(unit) || globs.some(({matches}) => matches(unit))
}

/** Words of ACTIVE, SUB and STATE that are known here; systemd has more for SUB. */
const knownStates: readonly string[] = [
  ...activeStates,
  ...['lost', 'loaded', 'launched', 'running', 'exited', 'dead', 'unplaced', 'auto-restart', 'paused', 'condition'],
]

/** The words of `--state`. Throws UsageError for one that is almost a known one. */
export function stateWords(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined
  const words = text.split(',').map(word => word.trim())
  for (const word of words) {
    if (knownStates.includes(word)) continue
    const meant = word === '' ? undefined : nearest(word, knownStates)
    if (word === '' || meant !== undefined)
      throw new UsageError(`--state: no state ${JSON.stringify(word)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, {
        hint: `words of ACTIVE, SUB or STATE, such as ${knownStates.slice(0, 6).join(', ')}`,
      })
  }
  return new Set(words)
}
