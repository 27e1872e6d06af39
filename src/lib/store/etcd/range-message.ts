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

/** Wire types (protobuf.dev, Encoding). */
const varint = 0
const message = 2

function field(number: number, type: number): number {
  return number * 8 + type
}

/** What the fields of an answer begin with, and of its entries and its header. */
const headerTag = field(1, message)
const entryTag = field(2, message)
const moreTag = field(3, varint)
const keyTag = field(1, message)
const createRevisionTag = field(2, varint)
const modRevisionTag = field(3, varint)
const valueTag = field(5, message)
const leaseTag = field(6, varint)
const revisionTag = field(3, varint)

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

/** Looks an answer over and passes its entries, as `readRangeParts` without calls. Throws RangeError for a message that is none. */
export function readRangeAnswer(bytes: Buffer): RangeAnswer {
  let revision = 0
  let more = false
  let lastFrom = 0
  let lastEnd = 0
  const reader = new Reader(bytes)
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === entryTag) {
      let size = 0
      at++
      for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
        byte = bytes[at++] ?? 0
        size += (byte % 128) * scale
      }
      lastFrom = at
      lastEnd = at += size
      continue
    }
    reader.at = at
    const tag = reader.number()
    if (tag === headerTag) revision = readRevision(reader, reader.end())
    else if (tag === moreTag) more = reader.number() !== 0
    else reader.skip(tag)
    at = reader.at
  }
  if (lastEnd > bytes.length) throw cutOff()
  return {revision, more, lastKey: lastEnd === 0 ? undefined : readKey(bytes.subarray(lastFrom, lastEnd))}
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
    if (tag === entryTag) take(readEntry(reader, reader.end(), options))
    else reader.skip(tag)
  }
}

/**
 * Gives parts of the entries of an answer to `take`, in their order: keys without what all begin with, and no more than so many bytes of
 * values. Throws RangeError for a message that is none. As a rule this runs once in a process, before V8 has compiled it, and then calls
 * count: it does without those of a Reader, which takes twice as long.
 */
export function readRangeParts(
  bytes: Buffer,
  {prefixBytes, valueBytes}: EntryOptions & {readonly valueBytes: number},
  take: (key: string, value: string) => void,
): void {
  const text = bytes as SlicedBuffer
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== entryTag) {
      at = behindField(bytes, at)
      continue
    }
    at++
    let size = 0
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] ?? 0
      size += (byte % 128) * scale
    }
    const end = at + size
    if (end > bytes.length) throw cutOff()
    let key = ''
    let value = ''
    while (at < end) {
      const tag = bytes[at] ?? 0
      if (tag !== keyTag && tag !== valueTag) {
        // The revisions, as a rule.
        if (tag < 128 && tag % 8 === varint) {
          do at++
          while ((bytes[at] ?? 0) >= 128)
          at++
        } else at = behindField(bytes, at)
        continue
      }
      at++
      size = 0
      for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
        byte = bytes[at++] ?? 0
        size += (byte % 128) * scale
      }
      if (at + size > end) throw cutOff()
      if (tag === valueTag) value = text.utf8Slice(at, at + Math.min(size, valueBytes))
      else key = text.utf8Slice(at + prefixBytes, at + size)
      at += size
      if (tag === keyTag && valueBytes === 0) at = end
    }
    take(key, value)
  }
}

/** The revision of a ResponseHeader. */
function readRevision(reader: Reader, end: number): number {
  let revision = 0
  while (reader.at < end) {
    const tag = reader.number()
    if (tag === revisionTag) revision = reader.number()
    else reader.skip(tag)
  }
  return revision
}

/** The key of a KeyValue. */
function readKey(bytes: Buffer): Buffer {
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    const tag = reader.number()
    if (tag !== keyTag) reader.skip(tag)
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
    if (tag === keyTag) key = reader.text(prefixBytes)
    else if (tag === createRevisionTag) createRevision = reader.number()
    else if (tag === modRevisionTag) modRevision = reader.number()
    else if (tag === valueTag) value = reader.text()
    else if (tag === leaseTag) session = reader.decimal()
    else reader.skip(tag)
  }
  return session === '0' ? {key, value, createRevision, modRevision} : {key, value, createRevision, modRevision, session}
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

/** Where a field ends that begins there: one that is not asked about, or what a newer etcd says beside. */
function behindField(bytes: Buffer, at: number): number {
  const reader = new Reader(bytes)
  reader.at = at
  reader.skip(reader.number())
  return reader.at
}

function cutOff(): RangeError {
  return new RangeError('a message of etcd ends in the middle')
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
      if (byte === undefined) throw cutOff()
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
    if (end > this.buffer.length) throw cutOff()
    return end
  }

  /** UTF-8 without its first bytes. */
  text(skipped = 0): string {
    const end = this.end()
    const text = this.buffer.utf8Slice(this.at + skipped, end)
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
    if (this.at > this.buffer.length) throw cutOff()
  }
}
