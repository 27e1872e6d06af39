import {ConflictError} from '../base/errors.ts'
import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {decode, encode} from './codec.ts'
import {type Drain, type MachineSettings, machineSettingsSchema} from './model.ts'

/** What an operator wants of a machine; what is absent stays as it is. */
export interface MachineWish {
  /** Whether it takes no new units. */
  readonly cordoned?: boolean | undefined
  /** How its units are to go elsewhere; null takes that back. */
  readonly drain?: Drain | null | undefined
  /** Joined with what was set before; null for a key hides what the machine announces, null for all takes every setting back. */
  readonly metadata?: Readonly<Record<string, string | null>> | null | undefined
}

/**
 * Records what is wanted of a machine that is registered, beside what others set meanwhile; that it would not come back is
 * withdrawn. The revision since which it stands so; nothing is
 * written that stands so already. Throws ConflictError for settings that cannot be read.
 */
export async function changeMachineSettings(
  store: Store,
  machine: string,
  wish: MachineWish,
  signal: AbortSignal,
): Promise<number> {
  const key = keys.machineSettings(machine)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [entry] = (await store.get([key], {signal})).entries
    const before = entry === undefined ? {value: {}} : decode(machineSettingsSchema, entry.value)
    if ('problem' in before)
      throw new ConflictError(`the settings of machine ${machine} (key ${key}) cannot be read: ${before.problem}`, {
        hint: 'nothing was changed; mend or delete that key',
      })
    const {gone: _gone, ...kept}: Partial<MachineSettings> = before.value
    const metadata = wish.metadata === null ? undefined : {...kept.metadata, ...wish.metadata}
    const after = {
      ...kept,
      ...(wish.cordoned === undefined ? {} : {cordoned: wish.cordoned}),
      ...(wish.drain === undefined ? {} : {drain: wish.drain ?? undefined}),
      metadata: metadata === undefined || Object.keys(metadata).length === 0 ? undefined : metadata,
    }
    const value = encode(machineSettingsSchema, after)
    if (value === entry?.value) return entry.modRevision
    const unchanged = {kind: 'unchanged', key, modRevision: entry?.modRevision ?? 0} as const
    const {ok, revision} = await store.commit([unchanged], [{kind: 'put', key, value}], {signal})
    if (ok) return revision
  }
  throw new ConflictError(`the settings of machine ${machine} are being changed by others all the time`, {hint: 'try again'})
}

const attempts = 10
