import {ConflictError} from '../base/errors.ts'
import {keys} from '../store/keys.ts'
import type {Store, Write} from '../store/store.ts'
import {decode, encode} from './codec.ts'
import {type ClusterSettings, clusterSettingsSchema, type MoveWish, moveSchema} from './model.ts'

/** What holds for all machines. Throws ConflictError where it cannot be read. */
export async function readClusterSettings(store: Store, signal: AbortSignal): Promise<ClusterSettings> {
  return (await stored(store, signal)).settings
}

/** Records what is to hold for all machines, beside what is set already, and returns all of it. */
export async function changeClusterSettings(store: Store, wish: ClusterSettings, signal: AbortSignal): Promise<ClusterSettings> {
  const key = keys.clusterSettings
  for (let attempt = 0; attempt < attempts; attempt++) {
    const {settings, modRevision} = await stored(store, signal)
    const after = {...settings, ...wish}
    const value = encode(clusterSettingsSchema, after)
    const {ok} = await store.commit([{kind: 'unchanged', key, modRevision}], [{kind: 'put', key, value}], {signal})
    if (ok) return after
  }
  throw new ConflictError('the settings of the cluster are being changed by others all the time', {hint: 'try again'})
}

/** Records that units are to go elsewhere. */
export async function wishMoves(store: Store, wishes: readonly MoveWish[], signal: AbortSignal): Promise<void> {
  const writes = wishes.map(
    ({unit, from, to, reason}): Write => ({kind: 'put', key: keys.move(unit), value: encode(moveSchema, {from, to, reason})}),
  )
  for (let at = 0; at < writes.length; at += atOnce) await store.commit([], writes.slice(at, at + atOnce), {signal})
}

/** Takes the wish back that the unit goes elsewhere. */
export async function unwishMove(store: Store, unit: string, signal: AbortSignal): Promise<void> {
  await store.commit([], [{kind: 'delete', key: keys.move(unit)}], {signal})
}

async function stored(store: Store, signal: AbortSignal) {
  const key = keys.clusterSettings
  const [entry] = (await store.get([key], {signal})).entries
  if (entry === undefined) return {settings: {}, modRevision: 0}
  const decoded = decode(clusterSettingsSchema, entry.value)
  if ('problem' in decoded)
    throw new ConflictError(`the settings of the cluster (key ${key}) cannot be read: ${decoded.problem}`, {
      hint: 'nothing was changed; mend or delete that key',
    })
  return {settings: decoded.value, modRevision: entry.modRevision}
}

const attempts = 10
const atOnce = 100
