import {describe, expect, test} from 'vitest'
import {NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {findMachine, findTarget, namedTarget, type TargetKind} from '../../src/lib/cli/machines/find-machine.ts'
import type {Assignment, Machine, UnitRecord} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'

function machine(id: string, name: string | undefined, hostname: string, address: string): Machine {
  return {
    ...{
      id,
      hostname,
      address,
      metadata: {},
      capacity: {cpus: 1, memoryBytes: 1},
      drivers: ['docker'],
      version: '0',
      session: 's',
    },
    process: {boot: 'b', pid: 1},
    ...(name === undefined ? {} : {name}),
  }
}

const hash = 'a'.repeat(64)

function unit(name: string, desiredState: UnitRecord['desiredState']): UnitRecord {
  return {name, desiredState, file: hash, generation: 1, revision: 1}
}

function assignment(on: string, name: string): Assignment {
  return {machine: on, unit: name, file: hash, desiredState: 'launched', generation: 1, reason: 'it fits', since: 1}
}

function view(): ClusterView {
  const made = new ClusterView()
  const machines = [
    machine('4f1c0001', 'web-1', 'node1', '10.0.0.1'),
    machine('4f1c0002', 'web-2', 'node2', '10.0.0.2'),
    machine('ab120003', undefined, 'node3', '10.0.0.3'),
    machine('ab120004', 'node3', 'db', '10.0.0.4'),
    machine('cd000005', 'eve', 'twin', '10.0.0.5'),
    machine('cd000006', 'fay', 'twin', '10.0.0.6'),
  ]
  for (const each of machines) made.machines.set(each.id, each)
  const units = [
    ...[
      'app@1.service',
      'everywhere.service',
      'refused.service',
      'web-1.service',
      'data.mount',
      'stray.service',
      'new.service',
    ].map(name => unit(name, 'launched')),
    ...['off.service', 'app@.service'].map(name => unit(name, 'inactive')),
  ]
  for (const each of units) made.units.set(each.name, each)
  const placed: readonly [string, string][] = [
    ['4f1c0001', 'app@1.service'],
    ['4f1c0001', 'everywhere.service'],
    ['4f1c0002', 'everywhere.service'],
    ['4f1c0002', 'web-1.service'],
    ['ab120003', 'data.mount'],
    ['dead0009', 'stray.service'],
  ]
  for (const [on, name] of placed)
    made.assignments.set(on, (made.assignments.get(on) ?? new Map()).set(name, assignment(on, name)))
  const reason = '6 machines: 6 lack role=gpu'
  made.refusals.set('refused.service', {unit: 'refused.service', unitRevision: 1, reason, objections: reason})
  return made
}

describe('a machine', () => {
  test.each([
    ['its id', '4f1c0001', '4f1c0001'],
    ['the beginning of its id', '4f1c0002', '4f1c0002'],
    ['one letter, if no other begins so', 'ab120003', 'ab120003'],
    ['its name', 'web-2', '4f1c0002'],
    ['a name before a hostname', 'node3', 'ab120004'],
    ['its hostname', 'node1', '4f1c0001'],
    ['its address', '10.0.0.3', 'ab120003'],
  ])('by %s', (_, word, id) => {
    expect(findMachine(view(), word).id).toBe(id)
  })

  test('that may be several is wrong usage, with all of them', () => {
    const find = (word: string) => () => findMachine(view(), word)
    expect(find('4f1c')).toThrow(UsageError)
    expect(find('4f1c')).toThrow('4f1c may be machine web-1 (id 4f1c0001, 10.0.0.1), or machine web-2 (id 4f1c0002, 10.0.0.2)')
    expect(find('twin')).toThrow(/eve.*fay/)
  })

  test.each([
    ['web-3', 'web-3: no such machine', 'did you mean web-1? '],
    ['nothing', 'nothing: no such machine', '`ctl list-machines` shows them'],
    ['', ': no such machine', ''],
    ['dead', 'machine dead0009 is lost', '`ctl list-machines`'],
  ])('%j is not there', (word, message, hint) => {
    const thrown = thrownBy(() => findMachine(view(), word))
    expect(thrown).toBeInstanceOf(NotFoundError)
    expect(thrown).toMatchObject({message: expect.stringContaining(message), hint: expect.stringContaining(hint)})
  })
})

describe('a target', () => {
  test.each<[string, TargetKind | undefined, string, string | undefined]>([
    ['app@1', undefined, '4f1c0001', 'app@1.service'],
    ['app@1.service', 'unit', '4f1c0001', 'app@1.service'],
    ['data.mount', undefined, 'ab120003', 'data.mount'],
    ['web-2', undefined, '4f1c0002', undefined],
    ['web-1', 'machine', '4f1c0001', undefined],
    ['web-1', 'unit', '4f1c0002', 'web-1.service'],
    ['web-1.service', undefined, '4f1c0002', 'web-1.service'],
    ['10.0.0.4', undefined, 'ab120004', undefined],
    ['ab120003', undefined, 'ab120003', undefined],
  ])('%s (%s) is on %s', (word, kind, id, name) => {
    const found = findTarget(view(), word, kind)
    expect({id: found.machine.id, unit: found.unit}).toEqual({id, unit: name})
  })

  test.each<[string, TargetKind | undefined, typeof UsageError | typeof NotFoundError, string]>([
    ['web-1', undefined, UsageError, 'web-1 may be machine web-1 (id 4f1c0001, 10.0.0.1), or unit web-1.service'],
    ['everywhere', undefined, UsageError, 'everywhere.service may be machine web-1 (id 4f1c0001, 10.0.0.1), or machine web-2'],
    ['app@{1..2}', 'unit', UsageError, 'app@{1..2} is several units'],
    ['refused', undefined, NotFoundError, 'refused.service has no place: 6 machines: 6 lack role=gpu'],
    ['off', 'unit', NotFoundError, 'off.service has no place: it is inactive'],
    ['new', undefined, NotFoundError, 'new.service has no place yet'],
    ['app@', undefined, NotFoundError, 'app@.service is a template and runs nowhere'],
    ['stray', undefined, NotFoundError, 'stray.service is on dead0009, and that machine is lost'],
    ['ap@1', undefined, NotFoundError, 'ap@1: no such machine or unit'],
    ['ap@1', 'unit', NotFoundError, 'ap@1.service: no such unit'],
    ['dead0009', undefined, NotFoundError, 'machine dead0009 is lost'],
    ['ü', undefined, NotFoundError, 'ü: no such machine or unit'],
  ])('%s (%s) is refused', (word, kind, type, message) => {
    const thrown = thrownBy(() => findTarget(view(), word, kind))
    expect(thrown).toBeInstanceOf(type)
    expect(thrown).toMatchObject({message: expect.stringContaining(message)})
  })

  test('the nearest name is told', () => {
    expect(thrownBy(() => findTarget(view(), 'ap@1'))).toMatchObject({
      hint: expect.stringContaining('did you mean app@1.service?'),
    })
    expect(thrownBy(() => findTarget(view(), 'wbe-2'))).toMatchObject({hint: expect.stringContaining('did you mean web-2?')})
  })
})

test.each([
  [{machine: 'a'}, undefined, {word: 'a', kind: 'machine'}],
  [{unit: 'a'}, 'ls', {word: 'a', kind: 'unit'}],
  [{}, 'a', {word: 'a'}],
])('%j and %s name %j', (flags, word, named) => {
  expect(namedTarget(flags, word)).toEqual(named)
})

test('a command line without a target is refused', () => {
  expect(() => namedTarget({}, undefined)).toThrow(UsageError)
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
