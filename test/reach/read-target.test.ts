import {expect, test} from 'vitest'
import {findTarget, type TargetKind, unitCalled} from '../../src/lib/cli/machines/find-machine.ts'
import {readTarget} from '../../src/lib/cli/machines/read-target.ts'
import type {ClusterView} from '../../src/lib/cluster/view.ts'
import type {ListOptions} from '../../src/lib/store/store.ts'
import {assignmentEntry, machineEntry, recordEntry, stateEntry, storeOf, viewOf} from '../fakes/stored-cluster.ts'

const entries = [
  machineEntry('4f1c0001', {name: 'web-1', hostname: 'node1', address: '10.0.0.1'}),
  machineEntry('4f1c0002', {name: 'web-2', hostname: 'node2', address: '10.0.0.2'}),
  ...['app@1.service', 'app@2.service', 'everywhere.service', 'stray.service', 'off.service'].map(name => recordEntry(name)),
  assignmentEntry('app@1.service', '4f1c0001'),
  stateEntry('app@1.service', 'active/running', {machine: '4f1c0001'}),
  assignmentEntry('everywhere.service', '4f1c0001'),
  assignmentEntry('everywhere.service', '4f1c0002'),
  assignmentEntry('stray.service', 'dead0009'),
]

const words = ['web-1', 'node2', '4f1c', '10.0.0.2', 'app@1', 'app@2', 'everywhere', 'stray', 'off', 'dead', 'web-3', 'ap@1', '']

const asked = words.flatMap(word => [undefined, 'machine', 'unit'].map(kind => ({word, kind: kind as TargetKind | undefined})))

test.each(asked)('$kind $word is what it is where all is read', async ({word, kind}) => {
  const store = await storeOf(entries)
  const listed: string[] = []
  const list = (prefixes: readonly string[], options?: ListOptions) => {
    listed.push(...prefixes)
    return store.list(prefixes, options)
  }
  const find = (view: ClusterView) => {
    const {machine, unit} = findTarget(view, word, kind)
    return {machine: machine.id, unit}
  }
  const part = Object.assign(Object.create(store), {list, glance: store.glance.bind(store), get: store.get.bind(store)})
  const outcome = async (view: () => Promise<ClusterView>) => {
    try {
      return find(await view())
    } catch (thrown) {
      return String(thrown)
    }
  }
  const unit = kind === 'machine' || word === '' ? undefined : unitCalled(word, kind)
  const signal = new AbortController().signal
  const found = await outcome(() => readTarget(part, unit, find, signal))
  expect(found).toEqual(await outcome(async () => viewOf(...entries)))
  // What is found is found in a part.
  if (typeof found !== 'string') expect(listed).not.toContain('units/')
})
