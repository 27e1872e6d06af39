import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {Reporter, sameState} from '../../src/lib/agent/reporter.ts'
import {silentLog} from '../../src/lib/base/log.ts'
import type {UnitState} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {statesOf} from '../../src/lib/store/keys.ts'
import {type Guard, maxWrites} from '../../src/lib/store/store.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {until} from '../fakes/until.ts'

const never = new AbortController().signal

function stateOf(unit: string, parts: Partial<UnitState> = {}): UnitState {
  return {
    machine: 'm1',
    unit,
    load: 'loaded',
    active: 'active',
    sub: 'running',
    file: 'a'.repeat(64),
    generation: 1,
    restarts: 0,
    since: 1_000,
    starts: [],
    ...parts,
  }
}

describe('a reporter', () => {
  let store: DisturbedStore
  let guard: Guard
  let failures: number
  beforeEach(async () => {
    store = new DisturbedStore()
    guard = await register()
    failures = 0
  })
  afterEach(() => store.close())

  /** The guard of a registration made just now, which ends the one before. */
  async function register(): Promise<Guard> {
    await store.inner.commit([], [{kind: 'delete', key: 'machines/m1'}])
    const {revision} = await store.inner.commit([], [{kind: 'put', key: 'machines/m1', value: '{}'}])
    return {kind: 'created', key: 'machines/m1', createRevision: revision}
  }
  const open = (written: ReadonlyMap<string, UnitState> = new Map()) =>
    new Reporter({store, machine: 'm1', log: silentLog, written, failed: () => void failures++})
  const report = (reporter: Reporter, states: readonly UnitState[], by: Guard | undefined = guard) =>
    reporter.report(new Map(states.map(state => [state.unit, state])), by, never)
  const stored = async () => ClusterView.of((await store.inner.list([statesOf('m1')])).entries).states.get('m1') ?? new Map()
  const told = async () => [...(await stored()).values()].map(({unit, active}) => `${unit} ${active}`)

  test('writes what is new and what has changed, and takes away what is gone', async () => {
    const reporter = open()
    report(reporter, [stateOf('a.service'), stateOf('b.service')])
    await reporter.settled()
    report(reporter, [stateOf('b.service', {active: 'failed', sub: 'failed'})])
    await reporter.settled()
    expect(await told()).toEqual(['b.service failed'])
    expect(store.commits.map(writes => writes.map(({kind, key}) => `${kind} ${key}`))).toEqual([
      ['put states/m1/a.service', 'put states/m1/b.service'],
      ['put states/m1/b.service', 'delete states/m1/a.service'],
    ])
    expect([...reporter.units]).toEqual(['b.service'])
    expect(reporter.last('b.service')?.active).toBe('failed')
  })

  test('writes nothing at rest', async () => {
    const reporter = open()
    for (let round = 0; round < 5; round++) {
      report(reporter, [stateOf('a.service', {starts: [round]})])
      await reporter.settled()
    }
    expect(store.commits).toHaveLength(1)
  })

  test('writes nothing when what the agent before it wrote still holds', async () => {
    const before = open()
    report(before, [stateOf('a.service', {reason: 'so', exitCode: 3, log: ['one']})])
    await before.settled()
    const after = open(await stored())
    report(after, [stateOf('a.service', {log: ['one'], exitCode: 3, reason: 'so'})])
    await after.settled()
    expect(store.commits).toHaveLength(1)
  })

  test('writes more states than one commit holds', async () => {
    const reporter = open()
    report(
      reporter,
      Array.from({length: 300}, (_, n) => stateOf(`a@${n}.service`)),
    )
    await reporter.settled()
    expect((await stored()).size).toBe(300)
    expect(store.commits.map(writes => writes.length)).toEqual([maxWrites - 1, maxWrites - 1, 300 - 2 * (maxWrites - 1)])
  })

  test('waits while the machine is not registered', async () => {
    const reporter = open()
    reporter.report(new Map([['a.service', stateOf('a.service')]]), undefined, never)
    await reporter.settled()
    expect(store.commits).toEqual([])
    report(reporter, [stateOf('a.service')])
    await reporter.settled()
    expect(await told()).toEqual(['a.service active'])
  })

  test('writes nothing under a registration that is over', async () => {
    const reporter = open()
    await register()
    report(reporter, [stateOf('a.service')])
    await reporter.settled()
    expect(await told()).toEqual([])
    expect([...reporter.units]).toEqual([])
  })

  describe('while a commit is under way', () => {
    let answer: PromiseWithResolvers<void>
    beforeEach(() => {
      answer = Promise.withResolvers<void>()
      store.beforeCommit = () => answer.promise
    })

    test('the newest word wins, and those in between are not written', async () => {
      const reporter = open()
      report(reporter, [stateOf('a.service', {sub: 'one'})])
      report(reporter, [stateOf('a.service', {sub: 'two'})])
      report(reporter, [stateOf('a.service', {sub: 'three'})])
      answer.resolve()
      await reporter.settled()
      expect((await stored()).get('a.service')?.sub).toBe('three')
      expect(store.commits).toHaveLength(2)
    })

    test('what is on its way counts as said: it is not dated anew', async () => {
      const reporter = open()
      report(reporter, [stateOf('a.service', {since: 1})])
      expect(reporter.last('a.service')?.since).toBe(1)
      answer.resolve()
      await reporter.settled()
      expect(reporter.last('a.service')?.since).toBe(1)
    })

    test('and the registration is renewed, what is new goes under the new one', async () => {
      const reporter = open()
      report(reporter, [stateOf('a.service', {sub: 'one'})])
      report(reporter, [stateOf('a.service', {sub: 'two'})], await register())
      answer.resolve()
      await reporter.settled()
      expect((await stored()).get('a.service')?.sub).toBe('two')
    })
  })

  test('a store that fails is told, and what was not written is written later', async () => {
    const reporter = open()
    store.beforeCommit = () => {
      throw new Error('etcd is away')
    }
    report(reporter, [stateOf('a.service')])
    await reporter.settled()
    expect(failures).toBe(1)
    expect([...reporter.units]).toEqual([])
    store.beforeCommit = undefined
    report(reporter, [stateOf('a.service')])
    await reporter.settled()
    expect(await told()).toEqual(['a.service active'])
  })

  test('ends quietly with its signal', async () => {
    const ending = new AbortController()
    const reporter = open()
    store.beforeCommit = async () => {
      ending.abort()
    }
    reporter.report(new Map([['a.service', stateOf('a.service')]]), guard, ending.signal)
    await until('the commit was tried', () => store.commits.length === 1)
    await reporter.settled()
    expect(failures).toBe(0)
  })
})

test.each<[string, Partial<UnitState>, boolean]>([
  ['nothing', {}, true],
  ['the starts that count', {starts: [5]}, true],
  ['what it does', {sub: 'paused'}, false],
  ['its health', {health: 'healthy'}, false],
  ['its generation', {generation: 2}, false],
  ['its file', {file: 'b'.repeat(64)}, false],
  ['its last lines', {log: ['one']}, false],
])('two states that differ in %s are the same: %s %s', (_, parts, same) => {
  expect(sameState(stateOf('a.service'), stateOf('a.service', parts))).toBe(same)
})
