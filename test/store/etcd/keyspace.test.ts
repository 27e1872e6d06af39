import {describe, expect, test} from 'vitest'
import {Keyspace} from '../../../src/lib/store/etcd/keyspace.ts'
import {disjointPrefixes} from '../../../src/lib/store/prefixes.ts'

describe('the range of a prefix', () => {
  test.each([
    ['/m/', 'units/', '/m/units/', '/m/units0'],
    ['/m/', '', '/m/', '/m0'],
    ['', 'a', 'a', 'b'],
    ['', '', '\0', '\0'],
  ])('in %j of %j', (cluster, prefix, from, to) => {
    const {key, range_end} = new Keyspace(cluster).range(prefix)
    expect([key.toString(), range_end.toString()]).toEqual([from, to])
  })
})

describe('several prefixes', () => {
  test.each([
    [
      ['b', 'a'],
      ['a', 'b'],
    ],
    [
      ['a/', 'a/b', 'a/', 'ab'],
      ['a/', 'ab'],
    ],
    [['x', ''], ['']],
    [[], []],
  ])('%j are %j', (prefixes, disjoint) => {
    expect(disjointPrefixes(prefixes)).toEqual(disjoint)
  })

  test('are covered by one range', () => {
    const {key, range_end} = new Keyspace('/m/').covering(['leader', 'settings/', 'units/'])
    expect([key.toString(), range_end.toString()]).toEqual(['/m/leader', '/m/units0'])
  })
})
