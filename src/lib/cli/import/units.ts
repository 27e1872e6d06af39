import {ConflictError, NotFoundError, UsageError} from '../../base/errors.ts'
import {readRecords} from '../../cluster/change.ts'
import type {DesiredState} from '../../cluster/model.ts'
import {submitUnits} from '../../cluster/submit.ts'
import type {FleetUnit} from '../../fleet/wire.ts'
import {parseFleetEndpoint} from '../../fleet-client/endpoint.ts'
import {FleetClient} from '../../fleet-client/fleet-client.ts'
import {openTransport} from '../../fleet-client/transport.ts'
import {keys} from '../../store/keys.ts'
import {maxWrites, type Store} from '../../store/store.ts'
import {matchesGlob} from '../../unit/glob.ts'
import {expandNames} from '../../unit/names.ts'
import {fulfil} from '../units/fulfil.ts'
import {isGlob} from '../units/known-units.ts'
import {timeoutOf} from '../units/wish-command.ts'
import {type ImportFlags, readFleetTls} from './flags.ts'
import {type ImportPlan, type ImportRow, type KnownUnit, planImport, wantedHere} from './plan.ts'

/** Reads fleet's units and plans what becomes of them here. Throws NotFoundError for a name or glob that fleet does not know. */
export async function gatherFromFleet(
  store: Store,
  args: readonly string[],
  {flags, signal}: {readonly flags: ImportFlags; readonly signal: AbortSignal},
): Promise<ImportPlan> {
  const endpoint = parseFleetEndpoint(flags['fleet-endpoint'])
  const client = new FleetClient(openTransport(endpoint, await readFleetTls(flags)), signal)
  const units = chosen(await client.units(), args)
  return planImport(units, await readKnown(store, units, signal), flags)
}

/** Throws UsageError or ConflictError for what keeps the plan from being carried out; nothing is written then. */
export function refuseImport({rows}: ImportPlan, flags: Pick<ImportFlags, 'skip-refused' | 'replace'>): void {
  const refused = rows.filter(({action}) => action === 'refuse')
  if (refused.length > 0 && !flags['skip-refused']) {
    throw new UsageError(`${refused.length} of ${counted(rows)} would be refused: ${named(refused)}; nothing was changed`, {
      hint: '--skip-refused imports the others; mend the unit in fleet, or submit a file of your own',
    })
  }
  const differing = rows.filter(({action}) => action === 'differs')
  if (differing.length === 0) return
  throw new ConflictError(`${named(differing)}: known here with other contents; nothing was changed`, {
    hint: flags.replace
      ? 'what is loaded or launched here is replaced only with --start: `ctl unload` it first, or add --start'
      : '--replace takes the contents that fleet has',
  })
}

/** Submits what the plan says and, with --start, waits until the units here are as they are wanted in fleet. */
export async function carryOut(
  store: Store,
  {rows, submissions}: ImportPlan,
  {flags, signal}: {readonly flags: ImportFlags; readonly signal: AbortSignal},
): Promise<void> {
  const {replace} = flags
  const wanted = new Map(rows.map(({unit, desiredState}) => [unit, wantedHere({name: unit, desiredState})]))
  const partOf = (state: DesiredState) => submissions.filter(({name}) => wanted.get(name) === state)
  await submitUnits(store, flags.start ? partOf('inactive') : submissions, {replace, signal})
  for (const [state, to] of flags.start ? wishes : []) {
    const names = rows.filter(row => wanted.get(row.unit) === state && isImported(row)).map(({unit}) => unit)
    if (names.length === 0) continue
    await fulfil(store, {wish: to, block: flags.block, timeoutSeconds: timeoutOf(flags), signal}, async () => {
      const results = await submitUnits(store, partOf(state), {wish: {to, names}, replace, signal})
      return results.filter(({name}) => names.includes(name))
    })
  }
}

const wishes = [
  ['loaded', 'load'],
  ['launched', 'start'],
] as const

/** What was done, and what there is to do next. */
export function summaryOf({rows}: ImportPlan, {start}: Pick<ImportFlags, 'start'>): readonly string[] {
  const part = (action: ImportRow['action']) => rows.filter(row => row.action === action).length
  const parts = [
    `${part('submit')} submitted`,
    ...(part('replace') > 0 ? [`${part('replace')} replaced`] : []),
    ...(part('same') > 0 ? [`${part('same')} known already`] : []),
    ...(part('refuse') > 0 ? [`${part('refuse')} left out`] : []),
  ]
  const sum = `${counted(rows)} of fleet: ${parts.join(', ')}`
  if (start || part('submit') + part('replace') === 0) return [sum]
  return [sum, 'Nothing is started here. One by one: `fleetctl unload UNIT` there, then `ctl start UNIT` here.']
}

/** With --start units that are known here with the same contents are wished for, too. */
function isImported({action}: ImportRow): boolean {
  return action === 'submit' || action === 'replace' || action === 'same'
}

function chosen(units: readonly FleetUnit[], args: readonly string[]): readonly FleetUnit[] {
  if (args.length === 0) return units
  const patterns = args.flatMap(expandNames)
  const isMeant = (pattern: string, name: string) => (isGlob(pattern) ? matchesGlob(pattern, name) : pattern === name)
  const unknown = patterns.filter(pattern => !units.some(({name}) => isMeant(pattern, name)))
  if (unknown.length > 0) {
    throw new NotFoundError(`${unknown.join(', ')}: no such unit in fleet; nothing was changed`, {
      hint: '`ctl import --dry-run` shows what is there',
    })
  }
  return units.filter(({name}) => patterns.some(pattern => isMeant(pattern, name)))
}

async function readKnown(
  store: Store,
  units: readonly FleetUnit[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KnownUnit>> {
  const names = units.map(({name}) => name).filter(name => /^[A-Za-z0-9:_.@\\-]+$/.test(name))
  const records = await readRecords(store, names, signal)
  const wanted = [...new Set(names.flatMap(name => records.get(name)?.file ?? []))].map(keys.file)
  const texts = new Map<string, string>()
  for (let at = 0; at < wanted.length; at += maxWrites) {
    const {entries} = await store.get(wanted.slice(at, at + maxWrites), {signal})
    for (const {key, value} of entries) texts.set(key, value)
  }
  return new Map(
    names.flatMap(name => {
      const record = records.get(name)
      return record === undefined ? [] : [[name, {record, text: texts.get(keys.file(record.file)) ?? ''}] as const]
    }),
  )
}

function counted(rows: readonly ImportRow[]): string {
  return `${rows.length} unit${rows.length === 1 ? '' : 's'}`
}

function named(rows: readonly ImportRow[]): string {
  const names = rows.slice(0, 5).map(({unit}) => unit)
  return `${names.join(', ')}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`
}
