import {describe, expect, test} from 'vitest'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {
  assignmentEntry,
  entryOf,
  holdEntry,
  leaderEntry,
  machineEntry,
  machineSettingsEntry,
  recordEntry,
  refusalEntry,
  stateEntry,
  viewOf,
} from '../fakes/stored-cluster.ts'

const all: readonly Entry[] = [
  entryOf('files/abc', 'a text'),
  recordEntry('a.service'),
  machineEntry('m1'),
  machineSettingsEntry('m1', {cordoned: true}),
  assignmentEntry('a.service'),
  assignmentEntry('b.service'),
  stateEntry('a.service', 'active/running'),
  refusalEntry('c.service', 'no machine is registered'),
  leaderEntry,
  holdEntry('so'),
  entryOf('cluster', '{"schema":1,"id":"x"}'),
]

describe('a view', () => {
  test('holds what is stored, each with what its key says', () => {
    const view = viewOf(...all)
    expect(view.files.get('abc')).toBe('a text')
    expect(view.units.get('a.service')).toMatchObject({name: 'a.service', revision: 7, desiredState: 'launched'})
    expect(view.machines.get('m1')).toMatchObject({id: 'm1', name: 'one'})
    expect(view.settings.get('m1')).toEqual({cordoned: true, revision: 7})
    expect([...view.allAssignments()]).toMatchObject([
      {machine: 'm1', unit: 'a.service', since: 7},
      {machine: 'm1', unit: 'b.service', since: 7},
    ])
    expect([...view.allStates()]).toMatchObject([{machine: 'm1', unit: 'a.service', active: 'active'}])
    expect(view.state('m1', 'a.service')?.sub).toBe('running')
    expect(view.refusals.get('c.service')).toMatchObject({unit: 'c.service', unitRevision: 7})
    expect(view).toMatchObject({leader: {machine: 'm1'}, hold: 'so', clusterId: 'x'})
    expect(view.unreadable.size).toBe(0)
  })

  test('is as it was before when everything is taken away again', () => {
    const view = viewOf(...all)
    view.apply(all.map(({key}) => ({kind: 'delete', key})))
    expect(view).toEqual(new ClusterView())
  })

  test('keeps the others when one of a machine goes', () => {
    const view = viewOf(...all)
    view.remove('assignments/m1/a.service')
    expect([...view.allAssignments()].map(({unit}) => unit)).toEqual(['b.service'])
    view.remove('assignments/m2/a.service')
    expect([...view.allAssignments()].map(({unit}) => unit)).toEqual(['b.service'])
  })

  test('follows changes in their order', () => {
    const view = viewOf(recordEntry('a.service'))
    view.apply([
      {kind: 'put', entry: recordEntry('a.service', {generation: 2}, 8)},
      {kind: 'put', entry: recordEntry('b.service', {}, 8)},
      {kind: 'delete', key: 'units/b.service'},
    ])
    expect([...view.units.values()]).toMatchObject([{name: 'a.service', generation: 2, revision: 8}])
  })

  test.each(all.filter(({key}) => !key.startsWith('files/')).map(({key}) => [key] as const))(
    'a value that cannot be read is remembered and not taken for what was there: %s',
    key => {
      const view = viewOf(...all)
      view.put(entryOf(key, '{"schema":1,', 8))
      expect(view.unreadable.get(key)).toContain('not JSON')
      const without = viewOf(...all)
      without.remove(key)
      without.unreadable.set(key, view.unreadable.get(key) ?? '')
      expect(view).toEqual(without)
      view.apply(all.filter(entry => entry.key === key).map(entry => ({kind: 'put', entry})))
      expect(view.unreadable.size).toBe(0)
      view.put(entryOf(key, '{"schema":99}', 9))
      view.remove(key)
      expect(view.unreadable.size).toBe(0)
    },
  )

  test.each(['units/', 'units/a/b', 'assignments/m1', 'somewhere/else', 'Leader', 'units/ä'])(
    'a stranger’s key is passed over: %s',
    key => {
      const view = viewOf(entryOf(key, 'whatever'))
      view.remove(key)
      expect(view).toEqual(new ClusterView())
    },
  )

  test('knows who reports a unit, asked before or after', () => {
    const view = ClusterView.of([stateEntry('web.service', 'active/running')])
    const reporters = () => [...view.reportersOf('web.service')]
    expect(reporters()).toEqual(['m1'])
    const other = stateEntry('web.service', 'active/running', {machine: 'm2'})
    view.put(other)
    view.put(other)
    expect(reporters()).toEqual(['m1', 'm2'])
    view.put({...other, value: 'not JSON'})
    expect(reporters()).toEqual(['m1'])
    view.remove(keys.state('m1', 'web.service'))
    expect(reporters()).toEqual([])
  })
})
