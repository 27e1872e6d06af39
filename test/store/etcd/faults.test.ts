import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../../src/lib/base/errors.ts'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import {openMirror} from '../../../src/lib/store/mirror.ts'
import type {Store} from '../../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'
import {openProxy, type TcpProxy} from '../../fakes/tcp-proxy.ts'
import {aborted, put, until} from '../watching.ts'

let server: EtcdServer
let direct: Store
let opened = 0
beforeAll(async () => {
  server = await startEtcd()
})
afterAll(async () => await server?.remove())
beforeEach(() => {
  opened += 1
  direct = openEtcdStore({endpoints: [server.endpoint], prefix: `/faults${opened}/`, callTimeoutMs: 1000})
})
afterEach(() => {
  server.thaw()
  direct.close()
})

describe('through connections that are cut', () => {
  let proxy: TcpProxy
  let store: Store
  beforeEach(async () => {
    proxy = await openProxy(server.port)
    store = openEtcdStore({endpoints: [proxy.endpoint], prefix: `/faults${opened}/`, callTimeoutMs: 2000})
  })
  afterEach(async () => {
    store.close()
    await proxy.close()
  })

  test('a list takes its time on a slow line, longer than a call may take', async () => {
    const text = 'x'.repeat(4000)
    for (let at = 0; at < 256; at += 64)
      await direct.commit(
        [],
        Array.from({length: 64}, (_, index) => put(`k/${at + index}`, text)),
      )
    const hasty = openEtcdStore({endpoints: [proxy.endpoint], prefix: `/faults${opened}/`, callTimeoutMs: 300})
    proxy.answersPerSecond = 1_000_000
    try {
      const begun = performance.now()
      expect((await hasty.list(['k/'])).entries).toHaveLength(256)
      expect(performance.now() - begun).toBeGreaterThan(300)
    } finally {
      hasty.close()
    }
  })

  test('a watch loses none of 8,000 events and repeats none', async () => {
    const start = (await direct.list([''])).revision
    const commits = 125
    const each = 64
    const writing = (async () => {
      for (let at = 0; at < commits; at += 1)
        await direct.commit(
          [],
          Array.from({length: each}, (_, index) => put(`k/${at}/${index}`, 'x'.repeat(200))),
        )
    })()
    const revisions: number[] = []
    const keys = new Set<string>()
    const enough = new AbortController()
    const cutsAt = [2000, 4000, 6000]
    for await (const {revision, events} of store.watch(
      ['k/'],
      start,
      AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)]),
    )) {
      expect(events).toHaveLength(each)
      revisions.push(revision)
      for (const event of events) if (event.kind === 'put') keys.add(event.entry.key)
      if (cutsAt[0] !== undefined && keys.size >= cutsAt[0]) {
        cutsAt.shift()
        proxy.cut()
      }
      if (revisions.length === commits) enough.abort()
    }
    await writing
    expect(cutsAt).toEqual([])
    expect(keys.size).toBe(commits * each)
    expect(revisions).toEqual(Array.from({length: commits}, (_, index) => start + 1 + index))
  })

  test('revisions larger than a message come whole', async () => {
    const start = (await direct.list([''])).revision
    const big = 'x'.repeat(9000)
    for (let at = 0; at < 8; at += 1)
      await direct.commit(
        [],
        Array.from({length: 100}, (_, index) => put(`k/${index}`, big)),
      )
    const sizes: number[] = []
    const enough = new AbortController()
    for await (const {events} of store.watch(['k/'], start, AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)]))) {
      sizes.push(events.length)
      if (sizes.length === 3) proxy.cut()
      if (sizes.length === 8) enough.abort()
    }
    expect(sizes).toEqual(Array(8).fill(100))
  })

  test('a listing goes on', async () => {
    await direct.commit([], [put('a')])
    expect((await store.list([''])).entries).toHaveLength(1)
    proxy.cut()
    expect((await store.list([''])).entries).toHaveLength(1)
  })

  test('a late answer does not prolong a session: its keepalive counts from when it was sent', async () => {
    const session = await store.openSession(3)
    const first = session.deadline()
    await until('a keepalive is acknowledged', () => session.deadline() > first)
    proxy.delayAnswersMs = 600
    for (let acknowledged = 0; acknowledged < 2; acknowledged += 1) {
      const before = session.deadline()
      await until('a keepalive is acknowledged', () => session.deadline() > before)
    }
    expect(session.deadline() - performance.now()).toBeLessThan(2400 + 20)
    proxy.delayAnswersMs = 0
    await session.close({revoke: true})
  })

  /** Sends a commit whose answer is swallowed; when it is written, does something more and cuts the connection. */
  const loseAnswer = async (commit: () => ReturnType<Store['commit']>, meanwhile: () => Promise<unknown>) => {
    await store.list([''])
    const before = (await direct.list([''])).revision
    proxy.swallowAnswers = true
    const result = commit()
    await until('the commit is written', async () => (await direct.list([''])).revision > before)
    await meanwhile()
    proxy.cut()
    return {result: await result, revision: before + 1}
  }

  test('a lost answer of a guarded commit: it is seen to be written', async () => {
    const commit = () => store.commit([{kind: 'unchanged', key: 'a', modRevision: 0}], [put('a', '1'), put('b', '1')])
    const {result, revision} = await loseAnswer(commit, async () => {})
    expect(result).toEqual({ok: true, revision})
  })

  test('a lost answer of a commit without guards: it is seen to be written', async () => {
    const {result, revision} = await loseAnswer(
      () => store.commit([], [put('a', '1')]),
      async () => {},
    )
    expect(result).toEqual({ok: true, revision})
  })

  test('a lost answer, and others wrote since: the commit is found in the past', async () => {
    const commit = () => store.commit([{kind: 'unchanged', key: 'a', modRevision: 0}], [put('a', '1'), put('b', '1')])
    const {result, revision} = await loseAnswer(commit, async () => {
      await direct.commit([], [put('a', '2')])
      await direct.commit([], [put('a', '3'), {kind: 'delete', key: 'b'}])
    })
    expect(result).toEqual({ok: true, revision})
  })

  test('a lost answer of a delete', async () => {
    const {revision} = await direct.commit([], [put('a')])
    const commit = () => store.commit([{kind: 'unchanged', key: 'a', modRevision: revision}], [{kind: 'delete', key: 'a'}])
    expect((await loseAnswer(commit, async () => {})).result).toMatchObject({ok: true})
  })

  /** Sends a commit that is swallowed on its way, does something else and cuts the connection. */
  const loseRequest = async (commit: () => ReturnType<Store['commit']>, meanwhile: () => Promise<unknown>) => {
    await store.list([''])
    proxy.swallowRequests = true
    const result = commit()
    await meanwhile()
    proxy.cut()
    return await result
  }

  test('a lost request that can be written once only is sent again', async () => {
    const commit = () => store.commit([{kind: 'unchanged', key: 'a', modRevision: 0}], [put('a', '1')])
    expect(await loseRequest(commit, async () => {})).toMatchObject({ok: true})
    const [entry] = (await direct.list([''])).entries
    expect(entry).toMatchObject({value: '1', createRevision: entry?.modRevision})
  })

  test('a lost request that another forestalled is refused', async () => {
    const commit = () => store.commit([{kind: 'unchanged', key: 'a', modRevision: 0}], [put('a', '1')])
    expect(await loseRequest(commit, async () => await direct.commit([], [put('a', '2')]))).toMatchObject({ok: false})
    expect((await direct.list([''])).entries).toMatchObject([{value: '2'}])
  })

  test('a lost request that could be written twice is not sent again: unknown', async () => {
    const outcome = loseRequest(
      () => store.commit([], [put('a', '1')]),
      async () => {},
    )
    await expect(outcome).rejects.toThrow(UnreachableError)
    await expect(outcome).rejects.toThrow('not known whether')
    expect((await direct.list([''])).entries).toEqual([])
  })
})

describe('an etcd that is frozen', () => {
  test.each([
    ['a listing', () => direct.list([''])],
    ['a commit', () => direct.commit([{kind: 'unchanged', key: 'a', modRevision: 0}], [put('a')])],
    ['a commit without guards', () => direct.commit([], [put('a')])],
    ['a session', () => direct.openSession(5)],
    ['an adoption', () => direct.adoptSession('7')],
  ])('fails %s within the call timeout', async (_, call) => {
    await direct.list([''])
    await server.freeze()
    const began = performance.now()
    await expect(call()).rejects.toThrow(UnreachableError)
    expect(performance.now() - began).toBeLessThan(1500)
  })

  test('loses a session at its deadline, not before and hardly after', async () => {
    const session = await direct.openSession(3)
    await server.freeze()
    await aborted(session.lost)
    const late = performance.now() - session.deadline()
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(500)
  })

  test('keeps a session that thaws in time', async () => {
    const session = await direct.openSession(6)
    await server.freeze()
    const deadline = session.deadline()
    await new Promise(resolve => setTimeout(resolve, 2500))
    server.thaw()
    await until('a keepalive is acknowledged', () => session.deadline() > deadline)
    expect(session.lost.aborted).toBe(false)
    await session.close({revoke: true})
  })
})

describe('an etcd that restarts', () => {
  test('a watch, a mirror and a session go on', async () => {
    const session = await direct.openSession(10)
    const ending = new AbortController()
    const {revision} = await direct.commit([], [put('a', '1', session)])
    const mirror = await openMirror(direct, ['a'], {signal: ending.signal})
    const seen: string[] = []
    const watching = (async () => {
      for await (const {events} of direct.watch(['a'], revision, ending.signal))
        for (const event of events) seen.push(event.kind === 'put' ? event.entry.value : 'gone')
    })()
    await direct.commit([], [put('a', '2', session)])
    await until('the watch is on', () => seen.length === 1)
    const deadline = session.deadline()
    await server.restart()
    await until('writes go through', async () => {
      try {
        return (await direct.commit([], [put('a', '3', session)])).ok
      } catch {
        return false
      }
    })
    await until('the watch goes on', () => seen.at(-1) === '3')
    await until('the mirror goes on', () => mirror.entries.get('a')?.value === '3')
    await until('the session goes on', () => session.deadline() > deadline + 1000)
    expect(seen).toEqual(['2', '3'])
    expect(session.lost.aborted).toBe(false)
    await session.close({revoke: true})
    await until('the watch sees the session end', () => seen.at(-1) === 'gone')
    ending.abort()
    await watching
    await mirror.done
  })

  test('restored to an older state, it is listed again', async () => {
    const ending = new AbortController()
    for (let index = 0; index < 5; index += 1) await direct.commit([], [put('a', String(index)), put('b')])
    const mirror = await openMirror(direct, [''], {signal: ending.signal})
    await server.restartEmpty()
    await until('writes go through', async () => {
      try {
        return (await direct.commit([], [put('a', 'new')])).ok
      } catch {
        return false
      }
    })
    await until('the mirror has what is there', () => mirror.entries.get('a')?.value === 'new' && !mirror.entries.has('b'))
    ending.abort()
    await mirror.done
  })
})
