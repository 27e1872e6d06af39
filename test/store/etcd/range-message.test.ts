import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import {expect, test} from 'vitest'
import {readRangeAnswer, readRangeEntries, readRangeParts, writeRangeRequest} from '../../../src/lib/store/etcd/range-message.ts'
import type {Entry} from '../../../src/lib/store/store.ts'

const etcd3 = dirname(createRequire(import.meta.url).resolve('etcd3/package.json'))
const protocol = new protobuf.Root().loadSync(join(etcd3, 'proto/rpc.proto'), {keepCase: true})
const response = protocol.lookupType('etcdserverpb.RangeResponse')

const prefix = '/mé/'
const prefixBytes = Buffer.byteLength(prefix)
const text = fc.string({unit: 'grapheme', maxLength: 300})
const revision = fc.nat({max: 2 ** 53 - 1})
const pair = fc.record(
  {
    key: text,
    create_revision: revision,
    mod_revision: revision,
    version: revision,
    value: text,
    lease: fc.bigInt({min: 0n, max: 2n ** 63n - 1n}).map(String),
  },
  {requiredKeys: ['key']},
)
const header = fc.record({cluster_id: revision, member_id: revision, revision, raft_term: revision}, {requiredKeys: []})
const message = fc.record({header, kvs: fc.array(pair), more: fc.boolean(), count: revision}, {requiredKeys: ['kvs']})

function write(answer: object): Buffer {
  return Buffer.from(response.encode(response.fromObject(answer)).finish())
}

function read(bytes: Buffer, prefixBytes = 0) {
  const entries: Entry[] = []
  readRangeEntries(bytes, {prefixBytes}, entry => entries.push(entry))
  return {...readRangeAnswer(bytes), entries}
}

function parted(bytes: Buffer, options: {readonly prefixBytes: number; readonly valueBytes: number}) {
  const parts: (readonly [string, string])[] = []
  readRangeParts(bytes, options, (key, value) => parts.push([key, value]))
  return parts
}

const request = protocol.lookupType('etcdserverpb.RangeRequest')

test('a request is written as the protocol of etcd reads it', () => {
  const bytes = fc.uint8Array({minLength: 1, maxLength: 200}).map(each => Buffer.from(each))
  const asked = fc.record({
    key: bytes,
    range_end: bytes,
    revision,
    limit: revision,
    keysOnly: fc.boolean(),
    countOnly: fc.boolean(),
  })
  fc.assert(
    fc.property(asked, each => {
      const read = request.toObject(request.decode(writeRangeRequest(each)), {longs: Number, defaults: true})
      const {key, range_end, limit, keysOnly, countOnly} = each
      expect(read).toMatchObject({key, range_end, revision: each.revision, limit, keys_only: keysOnly, count_only: countOnly})
    }),
  )
})

test('an answer to a range reads as it was written by the protocol of etcd', () => {
  fc.assert(
    fc.property(message, ({header: head, kvs, more}) => {
      const bytes = kvs.map(({key, value, ...rest}) => ({
        ...rest,
        key: Buffer.from(prefix + key),
        ...(value === undefined ? {} : {value: Buffer.from(value)}),
      }))
      expect(read(write({header: head, kvs: bytes, more}), prefixBytes)).toEqual({
        revision: head?.revision ?? 0,
        more: more ?? false,
        lastKey: bytes.at(-1)?.key,
        entries: kvs.map(({key, value = '', create_revision = 0, mod_revision = 0, lease = '0'}) => ({
          key,
          value,
          createRevision: create_revision,
          modRevision: mod_revision,
          ...(lease === '0' ? {} : {session: lease}),
        })),
      })
    }),
  )
})

const someBytes = fc.record({valueBytes: fc.nat({max: 400}), kvs: fc.array(pair)})

test('so do parts of its entries', () => {
  fc.assert(
    fc.property(someBytes, message, ({valueBytes, kvs}, rest) => {
      const stored = kvs.map(({key, value = '', ...more}) => ({
        ...more,
        key: Buffer.from(prefix + key),
        value: Buffer.from(value),
      }))
      const expected = kvs.map(({key, value = ''}) => [key, Buffer.from(value).toString('utf8', 0, valueBytes)])
      expect(parted(write({...rest, kvs: stored}), {prefixBytes, valueBytes})).toEqual(expected)
    }),
  )
})

test.each([1, 127, 128, 16_383, 16_384, 3_000_000])('a key and a value of %d bytes', size => {
  const [key, value] = [Buffer.alloc(size, 'k'), Buffer.alloc(size, 'v')]
  const bytes = write({kvs: [{key, value, lease: 1}, {key: Buffer.from('last')}]})
  expect(parted(bytes, {prefixBytes: 1, valueBytes: 3})).toEqual([
    [key.toString().slice(1), 'vvv'.slice(0, size)],
    ['ast', ''],
  ])
  expect(read(bytes).entries).toMatchObject([{key: key.toString(), value: value.toString(), session: '1'}, {key: 'last'}])
})

test('what a newer etcd says beside is passed over', () => {
  const known = write({more: true})
  const varint = [0x78, 0xff, 0x01]
  const [eight, four, words] = [
    [0x79, 1, 2, 3, 4, 5, 6, 7, 8],
    [0x7d, 1, 2, 3, 4],
    [0x7a, 2, 1, 2],
  ]
  for (const field of [varint, eight, four, words]) {
    expect(read(Buffer.concat([Buffer.from(field), known]))).toEqual(read(known))
    const entry = Buffer.from([...field, 0x0a, 1, 0x6b, ...field, 0x2a, 1, 0x76, ...field])
    const answer = Buffer.concat([Buffer.from([...field, 0x12, entry.length]), entry, known])
    expect(parted(answer, {prefixBytes: 0, valueBytes: 9})).toEqual([['k', 'v']])
    expect(read(answer).entries).toMatchObject([{key: 'k', value: 'v'}])
  }
})

test.each([
  ['in a length', [0x12, 0x80]],
  ['in a pair', [0x12, 0x05, 0x0a]],
  ['in a key', [0x12, 0x03, 0x0a, 0x02, 0x6b]],
  ['in a number', [0x18, 0x80, 0x80]],
])('one that is cut off %s is refused', (_, cut) => {
  expect(() => read(Buffer.from(cut))).toThrow(RangeError)
  expect(() => parted(Buffer.from(cut), {prefixBytes: 0, valueBytes: 0})).toThrow(RangeError)
})
