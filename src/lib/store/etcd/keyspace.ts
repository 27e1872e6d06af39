import type {IKeyValue} from 'etcd3'
import type {Entry} from '../store.ts'

/** A half-open range of etcd's keys. */
export interface KeyRange {
  readonly key: Buffer
  readonly range_end: Buffer
}

/** Adds the cluster's prefix to keys on their way out and takes it off on their way in. */
export class Keyspace {
  readonly prefix: string
  /** The length of the prefix as etcd counts it. */
  readonly prefixBytes: number

  constructor(prefix: string) {
    this.prefix = prefix
    this.prefixBytes = Buffer.byteLength(prefix)
  }

  full(key: string): Buffer {
    return Buffer.from(this.prefix + key)
  }

  relative(key: Buffer): string {
    return key.toString('utf8').slice(this.prefix.length)
  }

  /** All keys under a prefix. */
  range(prefix: string): KeyRange {
    const key = this.full(prefix)
    return key.length === 0 ? {key: zero, range_end: zero} : {key, range_end: after(key)}
  }

  /** The range of one key. */
  alone(key: string): KeyRange {
    const full = this.full(key)
    return full.length === 0 ? {key: zero, range_end: zero} : {key: full, range_end: Buffer.concat([full, zero])}
  }

  /** The smallest range that holds all the (disjoint, sorted) prefixes. */
  covering(prefixes: readonly string[]): KeyRange {
    return {key: this.range(prefixes[0] ?? '').key, range_end: this.range(prefixes.at(-1) ?? '').range_end}
  }

  entry(pair: IKeyValue): Entry {
    return {
      key: this.relative(pair.key),
      value: pair.value.toString('utf8'),
      createRevision: Number(pair.create_revision),
      modRevision: Number(pair.mod_revision),
      ...(pair.lease === '0' ? {} : {session: pair.lease}),
    }
  }
}

/** What comes of a range behind one of its keys. */
export function behind(range: KeyRange, key: Buffer): KeyRange {
  return {...range, key: Buffer.concat([key, zero])}
}

/** To etcd, as key: the first of all; as range_end: past the last of all. */
const zero = Buffer.from([0])

/** The first key that does not begin with `key`. */
function after(key: Buffer): Buffer {
  const last = key.findLastIndex(byte => byte < 0xff)
  if (last < 0) return zero
  const end = Buffer.from(key.subarray(0, last + 1))
  end[last] = (key[last] ?? 0) + 1
  return end
}
