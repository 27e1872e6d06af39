import {randomUUID} from 'node:crypto'
import {UnreachableError} from '../base/errors.ts'
import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {decode, encode} from './codec.ts'
import {clusterSchema} from './model.ts'

/** The cluster's own id, made by whoever asks first. Throws UnreachableError when it is there and cannot be read. */
export async function ensureClusterId(store: Store, signal?: AbortSignal): Promise<string> {
  const options = signal === undefined ? {} : {signal}
  for (;;) {
    const [found] = (await store.get([keys.cluster], options)).entries
    if (found !== undefined) {
      const decoded = decode(clusterSchema, found.value)
      if ('value' in decoded) return decoded.value.id
      throw new UnreachableError(`cannot read the key ${keys.cluster}: ${decoded.problem}`)
    }
    const value = encode(clusterSchema, {id: randomUUID()})
    await store.commit(
      [{kind: 'unchanged', key: keys.cluster, modRevision: 0}],
      [{kind: 'put', key: keys.cluster, value}],
      options,
    )
  }
}
