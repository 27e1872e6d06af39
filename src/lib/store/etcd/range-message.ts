import type {Entry} from '../store.ts'
import type {KeyRange} from './keyspace.ts'

/**
 * What etcd is asked for and answers about a range of keys (its rpc.proto, RangeRequest and RangeResponse), written and read by hand: of
 * all its messages the ones that come in large numbers.
 */
export interface RangeRequest extends KeyRange {
  /** The present one for 0. */
  readonly revision: number
  /** At most so many entries; 0: all. */
  readonly limit?: number
  readonly keysOnly?: boolean
  /** No entries, only that they may be read. */
  readonly countOnly?: boolean
}

/** What is to be known of an answer before its entries are read. */
export interface RangeAnswer {
  /** Etcd's revision when it answered. */
  readonly revision: number
  /** The whole key of its last entry, if any. */
  readonly lastKey: Buffer | undefined
  /** Whether the limit left some out. */
  readonly more: boolean
}

export function writeRangeRequest({
  key,
  range_end,
  revision,
  limit = 0,
  keysOnly = false,
  countOnly = false,
}: RangeRequest): Buffer {
  return Buffer.concat([
    lengthDelimited(1, key),
    lengthDelimited(2, range_end),
    number(3, limit),
    number(4, revision),
    number(8, Number(keysOnly)),
    number(9, Number(countOnly)),
  ])
}

/** Looks an answer over, without reading its entries. Throws RangeError for a message that is none. */
export function readRangeAnswer(bytes: Buffer): RangeAnswer {
  let revision = 0
  let more = false
  let last: {readonly from: number; readonly end: number} | undefined
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    const tag = reader.number()
    if (tag === field(1, message)) revision = readRevision(reader, reader.end())
    else if (tag === field(2, message)) {
      const end = reader.end()
      last = {from: reader.at, end}
      reader.at = end
    } else if (tag === field(3, varint)) more = reader.number() !== 0
    else reader.skip(tag)
  }
  return {revision, more, lastKey: last && readKey(bytes.subarray(last.from, last.end))}
}

/** How entries are read. */
interface EntryOptions {
  /** The length of what all keys begin with, and is left out. */
  readonly prefixBytes: number
}

/**
 * Gives the entries of an answer to `take` one after the other, in the order of their keys. Throws RangeError for a message that is none.
 */
export function readRangeEntries(bytes: Buffer, options: EntryOptions, take: (entry: Entry) => void): void {
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    const tag = reader.number()
    if (tag === field(2, message)) take(readEntry(reader, reader.end(), options))
    else reader.skip(tag)
  }
}

/** As `readRangeEntries`: of each entry the key, and the beginning of the value, no more than so many bytes of it. */
export function readRangeParts(
  bytes: Buffer,
  {prefixBytes, valueBytes}: EntryOptions & {readonly valueBytes: number},
  take: (key: string, value: string) => void,
): void {
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    const tag = reader.number()
    if (tag !== field(2, message)) {
      reader.skip(tag)
      continue
    }
    const end = reader.end()
    let key = ''
    let value = ''
    while (reader.at < end) {
      const tag = reader.number()
      if (tag === field(1, message)) key = reader.text(prefixBytes)
      else if (tag === field(5, message)) value = reader.text(0, valueBytes)
      else reader.skip(tag)
    }
    take(key, value)
  }
}

/** The revision of a ResponseHeader. */
function readRevision(reader: Reader, end: number): number {
  let revision = 0
  while (reader.at < end) {
    const tag = reader.number()
    if (tag === field(3, varint)) revision = reader.number()
    else reader.skip(tag)
  }
  return revision
}

/** The key of a KeyValue. */
function readKey(bytes: Buffer): Buffer {
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    const tag = reader.number()
    if (tag !== field(1, message)) reader.skip(tag)
    else {
      const end = reader.end()
      return bytes.subarray(reader.at, end)
    }
  }
  return bytes.subarray(0, 0)
}

/** A KeyValue. */
function readEntry(reader: Reader, end: number, {prefixBytes}: EntryOptions): Entry {
  let key = ''
  let value = ''
  let createRevision = 0
  let modRevision = 0
  let session = '0'
  while (reader.at < end) {
    const tag = reader.number()
    if (tag === field(1, message)) key = reader.text(prefixBytes)
    else if (tag === field(2, varint)) createRevision = reader.number()
    else if (tag === field(3, varint)) modRevision = reader.number()
    else if (tag === field(5, message)) value = reader.text(0)
    else if (tag === field(6, varint)) session = reader.decimal()
    else reader.skip(tag)
  }
  return session === '0' ? {key, value, createRevision, modRevision} : {key, value, createRevision, modRevision, session}
}

/** Wire types (protobuf.dev, Encoding). */
const varint = 0
const message = 2

function field(number: number, type: number): number {
  return number * 8 + type
}

function lengthDelimited(at: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(varintOf(field(at, message))), Buffer.from(varintOf(bytes.length)), bytes])
}

/** Nought is what is not written. */
function number(at: number, value: number): Buffer {
  return Buffer.from(value === 0 ? [] : [...varintOf(field(at, varint)), ...varintOf(value)])
}

function varintOf(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varintOf(Math.floor(value / 128))]
}

/** With the part of `toString` that does the work, which protobufjs calls as well: for short texts the rest takes as long. */
interface SlicedBuffer extends Buffer {
  utf8Slice(from: number, end: number): string
}

class Reader {
  at = 0
  private readonly buffer: SlicedBuffer

  constructor(bytes: Buffer) {
    this.buffer = bytes as SlicedBuffer
  }

  /** A varint below 2 ** 53. */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.buffer[this.at++]
      if (byte === undefined) throw new RangeError('a message of etcd ends in the middle')
      if (byte < 128) return value + byte * scale
      value += (byte - 128) * scale
    }
  }

  /** Any varint, in decimal. */
  decimal(): string {
    const from = this.at
    this.passVarint()
    let value = 0n
    for (let at = this.at - 1; at >= from; at--) value = (value << 7n) | BigInt((this.buffer[at] ?? 0) & 127)
    return String(BigInt.asUintN(64, value))
  }

  /** Where a field that says its length ends; it begins where the reader now stands. */
  end(): number {
    const length = this.number()
    const end = this.at + length
    if (end > this.buffer.length) throw new RangeError('a message of etcd ends in the middle')
    return end
  }

  /** UTF-8 without its first bytes, and no more than so many of them. */
  text(skipped: number, most = this.buffer.length): string {
    const end = this.end()
    const from = this.at + skipped
    const text = this.buffer.utf8Slice(from, Math.min(end, from + most))
    this.at = end
    return text
  }

  private passVarint(): void {
    while ((this.buffer[this.at] ?? 0) >= 128) this.at++
    this.at++
  }

  /** What is not asked about, and what a newer etcd says beside. */
  skip(tag: number): void {
    const type = tag % 8
    if (type === varint) this.passVarint()
    else if (type === message) this.at = this.end()
    else if (type === 1) this.at += 8
    else if (type === 5) this.at += 4
    else throw new RangeError(`a message of etcd has a field of type ${type}`)
  }
}
