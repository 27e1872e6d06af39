import {UnreachableError} from '../base/errors.ts'
import {isPart, keys, prefixes} from '../store/keys.ts'
import {underAny} from '../store/prefixes.ts'
import {type Entry, type Store, unlessCompacted} from '../store/store.ts'
import {readRecords} from './change.ts'
import {Glances} from './glances.ts'
import type {UnitState} from './model.ts'
import {unknownUnits} from './unknown-units.ts'
import {ClusterView} from './view.ts'

/** What stands under the prefixes, at one revision. */
export async function readView(store: Store, prefixes: readonly string[], signal: AbortSignal): Promise<ClusterView> {
  return (await readAll(store, prefixes, signal)).view
}

/** The cluster, or a part of it, as it was at a revision. */
export interface Reading {
  readonly view: ClusterView
  readonly revision: number
}

/** What is wanted beside some units. */
interface Besides {
  readonly keys?: readonly string[]
  readonly prefixes?: readonly string[]
}

/**
 * What concerns some units, at one revision: their records and refusals, their places, and the machines of these; of all other units only
 * that they have places is read.
 */
export async function readUnits(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
  also: Besides = {},
): Promise<ClusterView> {
  return (await readUnitsNow(store, names, signal, also)).view
}

/** The same, and the revision at which it was so. */
export async function readUnitsNow(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
  also: Besides = {},
): Promise<Reading> {
  return await unlessCompacted(async () => {
    const {places, revision} = await findPlaces(store, [prefixes.assignments, prefixes.states], names, signal)
    const {keys: alsoKeys = [], prefixes: alsoUnder = []} = also
    const machines = new Set(places.map(({machine}) => keys.machine(machine)))
    const ofUnits = names.flatMap(name => [keys.unit(name), keys.refusal(name)])
    const all = [...ofUnits, ...places.map(({key}) => key), ...machines, ...alsoKeys]
    const needed = all.filter(key => !underAny(alsoUnder, key))
    if (needed.length > fewKeys) return await readAll(store, [...unitPrefixes, ...alsoKeys, ...alsoUnder], signal)
    const [listed, got] = await Promise.all([
      alsoUnder.length === 0 ? undefined : store.list(alsoUnder, {revision, signal}),
      store.get(needed, {revision, signal}),
    ])
    return {view: ClusterView.of([...(listed?.entries ?? []), ...got.entries]), revision}
  })
}

/** The states of some units, wherever they are. */
export async function readStates(store: Store, names: readonly string[], signal: AbortSignal): Promise<readonly UnitState[]> {
  return await unlessCompacted(async () => {
    const {places, revision} = await findPlaces(store, [prefixes.states], names, signal)
    const few = places.length <= fewKeys
    const read = few
      ? store.get(
          places.map(({key}) => key),
          {revision, signal},
        )
      : store.list([prefixes.states], {revision, signal})
    const view = ClusterView.of((await read).entries)
    return places.flatMap(({machine, unit}) => view.state(machine, unit) ?? [])
  })
}

/** The keys of assignments or states that some units have, and the revision at which they had them. */
async function findPlaces(store: Store, under: readonly string[], names: readonly string[], signal: AbortSignal) {
  const wanted = new Set(names)
  const places: {readonly key: string; readonly machine: string; readonly unit: string}[] = []
  const glances = (names.length === 0 ? [] : under).map(prefix => {
    const take = (place: string) => {
      const slash = place.indexOf('/')
      const unit = place.slice(slash + 1)
      if (!wanted.has(unit)) return
      const machine = place.slice(0, slash)
      if (isPart(machine)) places.push({key: prefix + place, machine, unit})
    }
    return {prefix, valueBytes: 0, take}
  })
  const {revision} = await store.glance(glances, {signal})
  return {places, revision}
}

/** All that units are and have, and the machines that they have it on. */
export const unitPrefixes: readonly string[] = [
  prefixes.units,
  prefixes.machines,
  prefixes.assignments,
  prefixes.states,
  prefixes.refusals,
]

/** The cluster for a short list. */
export async function readGlances(store: Store, signal: AbortSignal): Promise<Glances> {
  return await unlessCompacted(async () => {
    const glances = new Glances()
    const {revision} = await store.glance(glances.wanted, {signal})
    const lacking = glances.lacking()
    const take = (entry: Entry) => glances.putWhole(entry)
    const under = unitPrefixes.filter(prefix => lacking.some(key => key.startsWith(prefix)))
    if (lacking.length > fewKeys) await store.list(under, {revision, take, signal})
    else if (lacking.length > 0) (await store.get(lacking, {revision, signal})).entries.forEach(take)
    return glances
  })
}

/** Single keys are asked for a hundred at a time. */
const fewKeys = 1000

/** All that placing units depends on, and the revision at which it was so. */
export async function readCluster(store: Store, signal: AbortSignal): Promise<Reading> {
  return await readAll(store, [...Object.values(prefixes), keys.leader, keys.hold, keys.clusterSettings], signal)
}

/** A view of what stands under the prefixes, made while the rest of it is on its way. */
async function readAll(store: Store, prefixes: readonly string[], signal: AbortSignal): Promise<Reading> {
  return await unlessCompacted(async () => {
    const view = new ClusterView()
    const take = (entry: Entry) => view.put(entry)
    const {revision} = await store.list(prefixes, {signal, take})
    return {view, revision}
  })
}

/** The text of each unit's file, as it was submitted. Throws NotFoundError that names all unknown units. */
export async function readFiles(
  store: Store,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const records = await readRecords(store, names, signal)
  const unknown = names.filter(name => !records.has(name))
  if (unknown.length > 0) throw await unknownUnits(store, unknown, {signal})
  const hashes = [...new Set([...records.values()].map(({file}) => file))]
  const {files} = ClusterView.of((await store.get(hashes.map(keys.file), {signal})).entries)
  const texts = new Map<string, string>()
  for (const name of names) {
    const file = records.get(name)?.file ?? ''
    const text = files.get(file)
    if (text === undefined)
      throw new UnreachableError(`the unit file of ${name} (key files/${file}) is missing in etcd`, {
        hint: '`ctl destroy` it and submit it again',
      })
    texts.set(name, text)
  }
  return texts
}
