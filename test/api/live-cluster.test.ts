import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {type Glimpse, LiveCluster} from '../../src/lib/api/live-cluster.ts'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {silentLog} from '../../src/lib/base/log.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Change, Store, Write} from '../../src/lib/store/store.ts'
import type {OpenedStore, StoreSource} from '../contracts/store.ts'
import {type EtcdServer, startEtcd} from '../fakes/etcd-server.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'
import {openEtcdSource} from '../store/etcd-source.ts'

/** A store that counts what is read by it, and the watches that are open. */
function counted(store: Store) {
  const counts = {lists: 0, gets: 0, watches: 0}
  const counting: Store = {
    list: (prefixes, options) => {
      counts.lists++
      return store.list(prefixes, options)
    },
    glance: (wanted, options) => store.glance(wanted, options),
    get: (keys, options) => {
      counts.gets++
      return store.get(keys, options)
    },
    async *watch(prefixes, revision, signal, linked) {
      counts.watches++
      try {
        yield* store.watch(prefixes, revision, signal, linked)
      } finally {
        counts.watches--
      }
    },
    commit: (guards, writes, options) => store.commit(guards, writes, options),
    openSession: ttlSeconds => store.openSession(ttlSeconds),
    adoptSession: id => store.adoptSession(id),
    close: () => store.close(),
  }
  return {counting, counts}
}

function unit(name: string): Write {
  const {key, value} = recordEntry(name)
  return {kind: 'put', key, value}
}

const memorySource = async (): Promise<StoreSource> => ({
  open: async () => {
    const store = new MemoryStore()
    const compact = async () => {
      store.compact(store.revision)
      return store.revision
    }
    return {store, expire: async session => store.expireSession(session), compact}
  },
  close: async () => {},
})

describe.each([
  ['the memory store', memorySource],
  ['a real etcd', openEtcdSource],
])('a live cluster on %s', (_, openSource) => {
  let source: StoreSource
  let opened: OpenedStore
  let cluster: LiveCluster
  let counts: ReturnType<typeof counted>['counts']
  let patience: AbortSignal
  beforeAll(async () => {
    source = await openSource()
  })
  afterAll(() => source?.close())
  const open = (idleMilliseconds?: number) => {
    const wrapped = counted(opened.store)
    counts = wrapped.counts
    const idle = idleMilliseconds === undefined ? {} : {idleMilliseconds}
    cluster = new LiveCluster({store: wrapped.counting, log: silentLog, monotonic: () => performance.now(), ...idle})
  }
  beforeEach(async () => {
    opened = await source.open()
    open()
    patience = AbortSignal.timeout(10_000)
  })
  afterEach(() => {
    cluster.close()
    opened.store.close()
  })
  const write = async (...writes: readonly Write[]) => (await opened.store.commit([], writes)).revision
  const units = async () => [...(await cluster.look()).view.units.keys()].sort()

  test('reads once for all who ask, and follows', async () => {
    await write(unit('a.service'))
    expect(await Promise.all(Array.from({length: 20}, units))).toEqual(Array.from({length: 20}, () => ['a.service']))
    await write(unit('b.service'))
    await until('it has followed', async () => (await units()).length === 2)
    expect(counts).toMatchObject({lists: 1, watches: 1})
  })

  test('shows an own write to who waits for it', async () => {
    for (let at = 0; at < 20; at++) {
      const revision = await write(unit(`u${at}.service`))
      const glimpse = await cluster.lookAfter(revision, patience)
      expect(glimpse.revision).toBe(revision)
      expect(glimpse.view.units.has(`u${at}.service`)).toBe(true)
    }
    expect(counts.lists).toBe(1)
  })

  test('waits for a write no longer than its signal', async () => {
    const {revision} = await cluster.look()
    const waiting = cluster.lookAfter(revision + 1000, AbortSignal.timeout(50))
    await expect(waiting).rejects.toThrow(/aborted|timeout/i)
  })

  test('tells subscribers every change after what they saw, until they end', async () => {
    await write(unit('a.service'))
    const changes: Change[] = []
    const subscription = await cluster.subscribe(change => changes.push(change))
    expect([...subscription.view.units.keys()]).toEqual(['a.service'])
    const first = await write(unit('b.service'), unit('c.service'))
    const second = await write({kind: 'delete', key: 'units/a.service'})
    await cluster.lookAfter(second, patience)
    expect(changes.map(({revision, events}) => `${revision} ${events.length}`)).toEqual([`${first} 2`, `${second} 1`])
    expect(subscription.since(subscription.revision)).toEqual(changes)
    expect(subscription.since(first)).toEqual(changes.slice(1))
    expect(subscription.since(subscription.revision - 1)).toBeUndefined()
    subscription.end()
    const third = await write(unit('d.service'))
    await cluster.lookAfter(third, patience)
    expect(changes).toHaveLength(2)
  })

  test('is let go when nobody asks any more, and read again when somebody does', async () => {
    open(100)
    await write(unit('a.service'))
    expect(await units()).toEqual(['a.service'])
    await until('nothing is watched', () => counts.watches === 0)
    await write(unit('b.service'))
    expect(await units()).toEqual(['a.service', 'b.service'])
    expect(counts).toMatchObject({lists: 2, watches: 1})
  })

  test('is kept as long as somebody has subscribed', async () => {
    open(50)
    const subscription = await cluster.subscribe(() => {})
    const begun = performance.now()
    await until('twice the time for a look around has gone', () => performance.now() - begun > 2200)
    expect(counts).toMatchObject({lists: 1, watches: 1})
    subscription.end()
    await until('nothing is watched', () => counts.watches === 0)
  })

  test('goes on when history was compacted', async () => {
    const changes: Change[] = []
    await cluster.subscribe(change => changes.push(change))
    for (let at = 0; at < 5; at++) await write(unit(`u${at}.service`))
    await opened.compact()
    const revision = await write(unit('last.service'))
    await cluster.lookAfter(revision, patience)
    expect(await units()).toHaveLength(6)
    const told = new Set(changes.flatMap(({events}) => events.map(event => (event.kind === 'put' ? event.entry.key : event.key))))
    expect(told.size).toBe(6)
  })

  test('ends with its agent: for who asks, who waits and who is subscribed', async () => {
    const subscription = await cluster.subscribe(() => {})
    const waiting = cluster.lookAfter(subscription.revision + 1000, patience)
    cluster.close()
    await expect(waiting).rejects.toThrow()
    await subscription.done.catch(() => {})
    await until('nothing is watched', () => counts.watches === 0)
    await expect(cluster.look()).rejects.toThrow(UnreachableError)
    await expect(cluster.subscribe(() => {})).rejects.toThrow(UnreachableError)
  })
})

test('a look asks etcd at most twice a second whether what is shown is still so', async () => {
  let now = 0
  const {counting, counts} = counted(new MemoryStore())
  const cluster = new LiveCluster({store: counting, log: silentLog, monotonic: () => now})
  for (const at of [0, 100, 499]) {
    now = at
    await cluster.look()
  }
  expect(counts.gets).toBe(1)
  now = 500
  await Promise.all([cluster.look(), cluster.look(), cluster.look()])
  expect(counts.gets).toBe(2)
  now = 999
  await cluster.look()
  expect(counts.gets).toBe(2)
  cluster.close()
})

test('a look after the watch was away waits for what was written before it, and is told late', async () => {
  const store = new MemoryStore()
  let link: (isThere: boolean) => void = () => {}
  let late: Promise<void> = Promise.resolve()
  const telling: Store = Object.assign(Object.create(store), {
    list: store.list.bind(store),
    get: store.get.bind(store),
    async *watch(...[prefixes, revision, signal, linked]: Parameters<Store['watch']>) {
      link = isThere => linked?.(isThere)
      for await (const change of store.watch(prefixes, revision, signal, linked)) {
        await late
        yield change
      }
    },
  })
  const cluster = new LiveCluster({store: telling, log: silentLog, monotonic: () => performance.now()})
  await cluster.look()
  link(false)
  link(true)
  const {promise, resolve} = Promise.withResolvers<void>()
  late = promise
  await store.commit([], [unit('late.service')])
  const looking = cluster.look()
  const first = await Promise.race([looking, new Promise(next => setTimeout(next, 100, 'waits'))])
  expect(first).toBe('waits')
  resolve()
  expect((await looking).view.units.has('late.service')).toBe(true)
  cluster.close()
})

test('only so many changes are remembered, and older ones are known not to be', async () => {
  const store = new MemoryStore()
  const cluster = new LiveCluster({store, log: silentLog, monotonic: () => performance.now()})
  const subscription = await cluster.subscribe(() => {})
  let revision = 0
  for (let at = 0; at < 5000; at++) revision = (await store.commit([], [unit('a.service')])).revision
  await cluster.lookAfter(revision, AbortSignal.timeout(5000))
  expect(subscription.since(subscription.revision)).toBeUndefined()
  expect(subscription.since(revision - 4096)?.map(change => change.revision)).toEqual(
    Array.from({length: 4096}, (_, at) => revision - 4095 + at),
  )
  expect(subscription.since(revision - 4097)).toBeUndefined()
  cluster.close()
  store.close()
})

describe('when etcd', () => {
  let etcd: EtcdServer
  let store: Store
  let writer: Store
  let cluster: LiveCluster
  beforeAll(async () => {
    etcd = await startEtcd()
  })
  afterAll(() => etcd?.remove())
  beforeEach(() => {
    store = openEtcdStore({endpoints: [etcd.endpoint]})
    writer = openEtcdStore({endpoints: [etcd.endpoint]})
    cluster = new LiveCluster({store, log: silentLog, monotonic: () => performance.now()})
  })
  afterEach(() => {
    cluster.close()
    store.close()
    writer.close()
  })

  test('is away a look fails rather than tell what may be old, and when it is back nothing is missing', async () => {
    await writer.commit([], [unit('before.service')])
    const seen: string[] = []
    await cluster.subscribe(({events}) => {
      for (const event of events) seen.push(event.kind === 'put' ? event.entry.key : `-${event.key}`)
    })
    expect((await cluster.look()).view.units.has('before.service')).toBe(true)
    await etcd.stop()
    await until('looks fail', async () => {
      const thrown = await cluster.look().catch(error => error)
      return thrown instanceof UnreachableError
    })
    await etcd.start()
    await writer.commit([], [unit('after.service'), {kind: 'delete', key: 'units/before.service'}])
    await until('looks show what is so', async () => {
      const glimpse = await cluster.look().catch(() => undefined)
      return glimpse?.view.units.has('after.service') === true && !glimpse.view.units.has('before.service')
    })
    expect([...seen].sort()).toEqual(['-units/before.service', 'units/after.service'])
  })

  test('is back, the first look that succeeds shows what was written before it', async () => {
    for (let round = 0; round < 4; round++) {
      await cluster.look()
      await etcd.stop()
      await until('looks fail', async () => (await cluster.look().catch(error => error)) instanceof UnreachableError)
      await etcd.start()
      const name = `round-${round}.service`
      await writer.commit([], [unit(name)])
      let glimpse: Glimpse | undefined
      await until('a look succeeds', async () => {
        glimpse = await cluster.look().catch(() => undefined)
        return glimpse !== undefined
      })
      expect(glimpse?.view.units.has(name)).toBe(true)
    }
  }, 60_000)

  test('was away while nobody asked, nobody is shown what was', async () => {
    await cluster.look()
    await etcd.stop()
    await etcd.start()
    await writer.commit([], [unit('meanwhile.service')])
    const glimpses: Glimpse[] = []
    await until('a look succeeds', async () => {
      const glimpse = await cluster.look().catch(() => undefined)
      if (glimpse !== undefined) glimpses.push(glimpse)
      return glimpse !== undefined
    })
    expect(glimpses[0]?.view.units.has('meanwhile.service')).toBe(true)
  })

  test('is away from the beginning a look fails, and the next one after its return does not', async () => {
    await etcd.stop()
    await expect(cluster.look()).rejects.toThrow(UnreachableError)
    await etcd.start()
    await until('a look succeeds', async () => (await cluster.look().catch(() => undefined)) !== undefined)
  })

  test('is frozen a look fails within some seconds', async () => {
    await cluster.look()
    const begun = performance.now()
    await until('the last proof is old', () => performance.now() - begun > 600)
    await etcd.freeze()
    try {
      await expect(cluster.look()).rejects.toThrow(UnreachableError)
    } finally {
      etcd.thaw()
    }
    await until('a look succeeds', async () => (await cluster.look().catch(() => undefined)) !== undefined)
  })
})
