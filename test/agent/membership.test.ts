import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type Announcement, Membership} from '../../src/lib/agent/membership.ts'
import {ConflictError, messageOf, UnreachableError} from '../../src/lib/base/errors.ts'
import {silentLog} from '../../src/lib/base/log.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import type {Session} from '../../src/lib/store/store.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {until} from '../fakes/until.ts'

/** No process can have this id: it is above the kernel's highest. */
const deadPid = 2 ** 22 + 1
const livePid = process.ppid

const announcement: Announcement = {
  hostname: 'one',
  address: '10.0.0.1',
  metadata: {role: 'web'},
  capacity: {cpus: 4, memoryBytes: 2 ** 30},
  drivers: ['docker'],
  version: '1',
  process: {boot: 'b1', pid: process.pid},
}

describe('membership', () => {
  let store: DisturbedStore
  let ending: AbortController
  let tasks: Promise<void>[]
  let changes: number
  beforeEach(() => {
    store = new DisturbedStore()
    ending = new AbortController()
    tasks = []
    changes = 0
  })
  afterEach(async () => {
    ending.abort()
    await Promise.allSettled(tasks)
    store.close()
  })

  const open = (parts: Partial<Announcement> = {}, whileMember?: (session: Session, signal: AbortSignal) => Promise<void>) =>
    new Membership({
      store,
      machine: 'm1',
      ttlSeconds: 60,
      announcement: {...announcement, ...parts},
      log: silentLog,
      changed: () => void changes++,
      whileMember: whileMember ?? (async () => {}),
    })
  const run = (membership: Membership) => void tasks.push(membership.run(ending.signal))
  const machine = async () => ClusterView.of((await store.inner.list(['machines/'])).entries).machines.get('m1')
  const failureOf = (membership: Membership): Promise<unknown> =>
    membership.join(ending.signal).then(
      () => undefined,
      error => error,
    )

  test('registers under a lease, and what it guards holds', async () => {
    const {session, guard} = await open().join(ending.signal)
    expect(await machine()).toEqual({id: 'm1', ...announcement, session: session.id})
    expect(await store.commit([guard], [{kind: 'put', key: 'a', value: ''}])).toMatchObject({ok: true})
    store.inner.expireSession(session.id)
    expect(await machine()).toBeUndefined()
    expect(await store.commit([guard], [{kind: 'put', key: 'a', value: ''}])).toMatchObject({ok: false})
  })

  test.each<[name: string, process: Announcement['process']]>([
    ['its process is dead', {boot: 'b1', pid: deadPid}],
    ['the machine was booted since', {boot: 'b0', pid: livePid}],
    ['it was this very process', {boot: 'b1', pid: process.pid}],
  ])('takes over from an agent of this machine: %s', async (_, before) => {
    const first = await open({process: before}).join(ending.signal)
    const second = await open({version: '2'}).join(ending.signal)
    expect(second.session.id).toBe(first.session.id)
    expect(second.guard).toEqual(first.guard)
    expect(await machine()).toMatchObject({version: '2', process: announcement.process})
  })

  test('registers anew where the agent before it took its lease along', async () => {
    const before = open({process: {boot: 'b1', pid: deadPid}})
    const {session} = await before.join(ending.signal)
    await before.close(true)
    const after = await open().join(ending.signal)
    expect(after.session.id).not.toBe(session.id)
    expect(await machine()).toMatchObject({session: after.session.id})
  })

  test('finds a lease that ends in the midst of it, and registers anew', async () => {
    const {session} = await open({process: {boot: 'b1', pid: deadPid}}).join(ending.signal)
    store.beforeCommit = () => store.inner.expireSession(session.id)
    const after = await open().join(ending.signal)
    expect(after.session.id).not.toBe(session.id)
    expect(await machine()).toMatchObject({session: after.session.id})
  })

  test.each<[name: string, parts: Partial<Announcement>, words: readonly string[], hint: string]>([
    ['here', {}, ['is alive at 10.0.0.1 (one', 'this one is at 10.0.0.1 (one)'], 'stop that agent first'],
    ['on another host', {hostname: 'two', address: '10.0.0.2'}, ['at 10.0.0.1 (one', 'this one is at 10.0.0.2 (two)'], 'its own'],
    ['behind another address', {address: '10.0.0.2'}, ['at 10.0.0.1 (one', 'this one is at 10.0.0.2 (one)'], 'its own'],
  ])('refuses the machine id of an agent that is alive %s', async (_, parts, words, hint) => {
    await open({process: {boot: 'b1', pid: livePid}}).join(ending.signal)
    const error = await failureOf(open(parts))
    expect(error).toBeInstanceOf(ConflictError)
    for (const part of words) expect(messageOf(error)).toContain(part)
    expect(error).toMatchObject({hint: expect.stringContaining(hint)})
  })

  test('an agent elsewhere is not taken for dead by the number of its process', async () => {
    await open({hostname: 'two', process: {boot: 'b1', pid: deadPid}}).join(ending.signal)
    expect(await failureOf(open())).toBeInstanceOf(ConflictError)
  })

  test('leaves a record that it cannot read', async () => {
    await store.commit([], [{kind: 'put', key: 'machines/m1', value: '{"schema":99}'}])
    const error = await failureOf(open())
    expect(error).toBeInstanceOf(ConflictError)
    expect(messageOf(error)).toContain('newer')
  })

  test('of two at once one registers', async () => {
    const one = open({hostname: 'one'})
    const two = open({hostname: 'two'})
    const results = await Promise.allSettled([one.join(ending.signal), two.join(ending.signal)])
    expect(results.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await machine()).toMatchObject({hostname: one.standing === undefined ? 'two' : 'one'})
  })

  test('registers anew when its lease is lost, and works as a member again', async () => {
    const worked: string[] = []
    const membership = open({}, async (session, signal) => {
      worked.push(session.id)
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
    })
    const first = await membership.join(ending.signal)
    run(membership)
    await until('it works', () => worked.length === 1)
    const before = changes
    store.inner.expireSession(first.session.id)
    expect(membership.standing).toBeUndefined()
    expect(membership.leaseLeft(performance.now())).toBe(0)
    await until('it works again', () => worked.length === 2)
    expect(membership.standing?.session.id).toBe(worked[1])
    expect(membership.standing?.guard).not.toEqual(first.guard)
    expect(changes).toBeGreaterThan(before)
    expect(await machine()).toMatchObject({session: worked[1]})
  })

  test('tries on while the store is away', async () => {
    const membership = open()
    const {session} = await membership.join(ending.signal)
    run(membership)
    let refused = 0
    store.beforeRead = () => {
      refused++
      throw new UnreachableError('etcd is away')
    }
    store.inner.expireSession(session.id)
    await until('it was refused', () => refused > 0)
    expect(membership.standing).toBeUndefined()
    store.beforeRead = undefined
    await until('it is back', () => membership.standing !== undefined)
    expect(await machine()).toMatchObject({session: membership.standing?.session.id})
  })

  test('ends when its id was taken meanwhile', async () => {
    const membership = open()
    const {session} = await membership.join(ending.signal)
    store.beforeRead = async () => {
      store.beforeRead = undefined
      await open({hostname: 'two'}).join(ending.signal)
    }
    const over = membership.run(ending.signal)
    store.inner.expireSession(session.id)
    await expect(over).rejects.toThrow(ConflictError)
  })

  test('says that it is leaving, also when it registers anew', async () => {
    const membership = open()
    const {session} = await membership.join(ending.signal)
    await membership.announceLeaving()
    expect(await machine()).toMatchObject({leaving: true, session: session.id})
    run(membership)
    store.inner.expireSession(session.id)
    await until('it is back', async () => (await machine()) !== undefined)
    expect(await machine()).toMatchObject({leaving: true})
  })

  test.each([
    [true, undefined],
    [false, {id: 'm1'}],
  ])('closing, the lease revoked: %s', async (revoke, left) => {
    const membership = open()
    await membership.join(ending.signal)
    await membership.close(revoke)
    expect(membership.standing).toBeUndefined()
    if (left === undefined) expect(await machine()).toBeUndefined()
    else expect(await machine()).toMatchObject(left)
  })

  test('knows how long its lease lasts at least', async () => {
    const membership = open()
    const {session} = await membership.join(ending.signal)
    const deadline = session.deadline()
    expect(Math.round(membership.leaseLeft(deadline - 3_000))).toBe(3_000)
    expect(membership.leaseLeft(deadline + 60_000)).toBe(0)
  })
})
