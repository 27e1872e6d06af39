import {ConflictError} from '../../base/errors.ts'
import {changeUnits, readRecords} from '../../cluster/change.ts'
import {type EndedRuns, endedRuns, granted} from '../../cluster/desire.ts'
import type {DesiredState, UnitRecord, UnitValue} from '../../cluster/model.ts'
import {isSameToFleet} from '../../fleet/stored-text.ts'
import {keys} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import {fileHash} from '../../unit/hash.ts'
import {parseUnitName} from '../../unit/names.ts'
import {Refusal} from './refusal.ts'
import {refuseBadUnit} from './unit-text.ts'

/** What a PUT asks for. */
export interface WishedUnit {
  readonly name: string
  /** Of the options that were sent; undefined when there were none. */
  readonly text: string | undefined
  readonly desiredState: DesiredState | undefined
}

export interface SetUnit {
  /** It is new, or its file is. */
  readonly created: boolean
  /** A unit that was wanted to run is only to be loaded now. */
  readonly stops: boolean
  readonly revision: number
}

/**
 * Makes a unit known, replaces its file, or sets its desired state, by fleet's rules: a file that is new, or another one,
 * begins inactive unless the request says otherwise, since that is what `fleetctl --replace` waits for; one that is the
 * same to fleet leaves the stored text as it is, with its comments. Throws Refusal 400 and 409.
 */
export async function setUnit(store: Store, wished: WishedUnit, signal: AbortSignal): Promise<SetUnit> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const done = await trySetUnit(store, wished, signal)
    if (done !== undefined) return done
  }
  throw new ConflictError(`${wished.name} is being changed by others all the time`)
}

const attempts = 5

/** Undefined when somebody else changed the unit's file meanwhile. */
async function trySetUnit(store: Store, wished: WishedUnit, signal: AbortSignal): Promise<SetUnit | undefined> {
  const {name, text} = wished
  const {template} = parseUnitName(name)
  const records = await readRecords(store, template === undefined ? [name] : [name, template], signal)
  const record = records.get(name)
  const stored = await readText(store, record, signal)
  const created = text !== undefined && (stored === undefined || !isSameToFleet(text, stored))
  refuse(wished, {isKnown: record !== undefined, created})
  const written = created
    ? await ownOrTemplates(store, {text, template: template === undefined ? undefined : records.get(template)}, signal)
    : undefined
  if (written !== undefined) refuseBadUnit(name, written)
  const ended = await endedRuns(
    store,
    record === undefined ? [] : [record],
    wished.desiredState === 'launched' ? 'start' : undefined,
    signal,
  )
  let isOvertaken = false
  const change = (before: UnitRecord | undefined) => {
    isOvertaken = before?.file !== record?.file
    return isOvertaken ? undefined : changed(before, wished, {written, ended})
  }
  const [result] = await changeUnits(store, [{name, change, ...(written === undefined ? {} : {text: written})}], signal)
  if (isOvertaken || result === undefined) return undefined
  const stops = result.before?.desiredState === 'launched' && result.record?.desiredState === 'loaded'
  return {created, stops, revision: result.revision}
}

function refuse({name, desiredState}: WishedUnit, {isKnown, created}: {isKnown: boolean; created: boolean}): void {
  if (!(isKnown || created)) throw new Refusal(409, 'unit does not exist and options field empty')
  if (!created && desiredState === undefined) throw new Refusal(409, 'must provide DesiredState to update existing unit')
  if (parseUnitName(name).isTemplate && desiredState !== undefined && desiredState !== 'inactive') {
    throw new Refusal(400, `cannot activate template ${JSON.stringify(name)}`)
  }
}

/** fleetctl makes an instance of its template's options, which have no comments: the template's text, when it is the same. */
async function ownOrTemplates(
  store: Store,
  {text, template}: {readonly text: string | undefined; readonly template: UnitRecord | undefined},
  signal: AbortSignal,
): Promise<string | undefined> {
  const stored = await readText(store, template, signal)
  return text !== undefined && stored !== undefined && isSameToFleet(text, stored) ? stored : text
}

async function readText(store: Store, record: UnitRecord | undefined, signal: AbortSignal): Promise<string | undefined> {
  return record === undefined ? undefined : (await store.get([keys.file(record.file)], {signal})).entries[0]?.value
}

function changed(
  before: UnitRecord | undefined,
  {desiredState}: WishedUnit,
  {written, ended}: {readonly written: string | undefined; readonly ended: EndedRuns},
): UnitValue | undefined {
  const file = written === undefined ? before?.file : fileHash(written)
  if (file === undefined) return undefined
  const known: UnitValue = {file, desiredState: before?.desiredState ?? 'inactive', generation: before?.generation ?? 0}
  const wanted = desiredState ?? (written === undefined ? known.desiredState : 'inactive')
  const after = wishedFor(known, wanted, before !== undefined && ended.has(before))
  return after ?? (written === undefined ? undefined : known)
}

/** As commands wish: what has ended is started anew. Undefined when it is so already. */
function wishedFor(known: UnitValue, wanted: DesiredState, hasEnded: boolean): UnitValue | undefined {
  const wishes = ({launched: ['start'], loaded: ['load', 'stop'], inactive: ['unload']} as const)[wanted]
  for (const wish of wishes) {
    const after = granted(known, wish, hasEnded)
    if (after !== undefined && after !== 'delete') return after
  }
  return undefined
}
