import {describe, expect, test} from 'vitest'
import {messageOf, UsageError} from '../../src/lib/base/errors.ts'
import {machineLabel, shortId} from '../../src/lib/cluster/machine-name.ts'
import {effectiveMetadata, parseMetadata, renderMetadata} from '../../src/lib/cluster/metadata.ts'
import type {MachineSettings} from '../../src/lib/cluster/model.ts'
import {machineEntry, viewOf} from '../fakes/stored-cluster.ts'

type Metadata = Readonly<Record<string, string>>

test.each<[name: string, announced: Metadata, settings: Pick<MachineSettings, 'metadata'> | undefined, effective: Metadata]>([
  ['nothing is set', {role: 'web'}, undefined, {role: 'web'}],
  ['something else is set', {role: 'web'}, {}, {role: 'web'}],
  ['a key is overridden', {role: 'web', zone: '1'}, {metadata: {role: 'db'}}, {role: 'db', zone: '1'}],
  ['a key is added', {}, {metadata: {role: 'db'}}, {role: 'db'}],
  ['a key is taken away', {role: 'web', zone: '1'}, {metadata: {role: null}}, {zone: '1'}],
  ['a key that is not there is taken away', {}, {metadata: {role: null}}, {}],
  ['a key is set to nothing', {role: 'web'}, {metadata: {role: ''}}, {role: ''}],
])('the metadata of a machine: %s', (_, metadata, settings, effective) => {
  const machine = viewOf(machineEntry('m1', {metadata})).machines.get('m1')
  if (machine === undefined) throw new Error('it is readable')
  expect(effectiveMetadata(machine, settings)).toEqual(effective)
})

describe('metadata as it is written', () => {
  test.each<[string, Metadata]>([
    ['', {}],
    ['role=web', {role: 'web'}],
    ['role=web,zone=1', {role: 'web', zone: '1'}],
    [' role=web , zone=1 ,', {role: 'web', zone: '1'}],
    ['url=http://a/?b=c', {url: 'http://a/?b=c'}],
    ['role=', {role: ''}],
    ['role=web,role=db', {role: 'db'}],
    ['a.b-c_D9=x', {'a.b-c_D9': 'x'}],
  ])('%j', (text, metadata) => {
    expect(parseMetadata(text)).toEqual(metadata)
  })

  test.each(['role', '=web', 'a role=web', 'role=web,zone', 'rôle=web'])('%j is refused', text => {
    let told: unknown
    try {
      parseMetadata(text)
    } catch (error) {
      told = error
    }
    expect(told).toBeInstanceOf(UsageError)
    expect(messageOf(told)).toContain('is no key=value')
  })

  test('is rendered by key, and comes back', () => {
    expect(renderMetadata({zone: '1', role: 'web'})).toBe('role=web,zone=1')
    expect(parseMetadata(renderMetadata({zone: '1', role: 'web'}))).toEqual({zone: '1', role: 'web'})
  })
})

test.each([
  ['0123456789abcdef', '01234567...'],
  ['m1', 'm1'],
  ['12345678', '12345678'],
])('the short id of %s is %s', (id, short) => {
  expect(shortId(id)).toBe(short)
  expect(machineLabel(id)).toBe(short)
  expect(machineLabel({id})).toBe(short)
  expect(machineLabel({id, name: 'one'})).toBe('one')
})
