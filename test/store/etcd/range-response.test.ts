import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import {expect, test} from 'vitest'
import {readRangeResponse} from '../../../bin/lib/range-response.ts'

const etcd3 = dirname(createRequire(import.meta.url).resolve('etcd3/package.json'))
const protocol = new protobuf.Root().loadSync(join(etcd3, 'proto/rpc.proto'), {keepCase: true})
const response = protocol.lookupType('etcdserverpb.RangeResponse')
/** As etcd3 asks for it. */
const options = {longs: String, enums: String, defaults: true, oneofs: true}

const bytes = fc.uint8Array({maxLength: 300}).map(each => Buffer.from(each))
const unsigned = fc.bigInt({min: 0n, max: 2n ** 64n - 1n}).map(String)
const signed = fc.oneof(fc.bigInt({min: 0n, max: 2n ** 63n - 1n}), fc.nat().map(BigInt)).map(String)
const pair = fc.record(
  {key: bytes, create_revision: signed, mod_revision: signed, version: signed, value: bytes, lease: signed},
  {requiredKeys: []},
)
const header = fc.record({cluster_id: unsigned, member_id: unsigned, revision: signed, raft_term: unsigned}, {requiredKeys: []})
const message = fc.record({header, kvs: fc.array(pair), more: fc.boolean(), count: signed}, {requiredKeys: []})

test('an answer to a range reads as protobufjs reads it', () => {
  fc.assert(
    fc.property(message, each => {
      const written = Buffer.from(response.encode(response.fromObject(each)).finish())
      expect(readRangeResponse(written)).toEqual(response.toObject(response.decode(written), options))
    }),
  )
})

test('what a newer etcd says beside is passed over', () => {
  const known = Buffer.from(response.encode(response.fromObject({more: true})).finish())
  const varint = [0x78, 0xff, 0x01]
  const [eight, four, text] = [
    [0x79, 1, 2, 3, 4, 5, 6, 7, 8],
    [0x7d, 1, 2, 3, 4],
    [0x7a, 2, 1, 2],
  ]
  for (const field of [varint, eight, four, text])
    expect(readRangeResponse(Buffer.concat([Buffer.from(field), known]))).toEqual(readRangeResponse(known))
})

test.each([
  ['in a length', [0x12, 0x80]],
  ['in a pair', [0x12, 0x05, 0x0a]],
  ['in a number', [0x20, 0x80, 0x80]],
])('one that is cut off %s is refused', (_, cut) => {
  expect(() => readRangeResponse(Buffer.from(cut))).toThrow(RangeError)
})
