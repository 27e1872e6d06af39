import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {FileCache} from '../../src/lib/agent/files.ts'
import {type Ordered, Orders} from '../../src/lib/agent/orders.ts'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {silentLog} from '../../src/lib/base/log.ts'
import {encode} from '../../src/lib/cluster/codec.ts'
import {assignmentSchema} from '../../src/lib/cluster/model.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Write} from '../../src/lib/store/store.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'
import {host} from '../unit/host.ts'

const text = unitText('', {container: 'Environment=ME=%i ON=%m'})

function assign(unit: string, {machine = 'm1', file = text, generation = 1, launched = true} = {}): readonly Write[] {
  const value = {file: fileHash(file), desiredState: launched ? 'launched' : 'loaded', generation, reason: 'so'} as const
  return [
    {kind: 'put', key: keys.file(fileHash(file)), value: file},
    {kind: 'put', key: keys.assignment(machine, unit), value: encode(assignmentSchema, value)},
  ]
}

describe('what an agent is to run', () => {
  let store: DisturbedStore
  let ending: AbortController
  let orders: Orders
  let changes: number
  beforeEach(() => {
    store = new DisturbedStore()
    ending = new AbortController()
    changes = 0
    orders = new Orders({store, machine: 'm1', host, log: silentLog, changed: () => void changes++})
  })
  afterEach(() => {
    ending.abort()
    store.close()
  })
  const write = (...writes: readonly Write[]) => store.inner.commit([], writes)
  const read = () => orders.read(ending.signal)
  const follow = async () => {
    await orders.refresh(ending.signal)
    return read()
  }
  const names = ({wanted, frozen}: Ordered) => ({wanted: [...wanted.keys()], frozen: [...frozen]})

  test.each<[name: string, writes: readonly Write[], wanted: readonly string[]]>([
    ['nothing is assigned', [], []],
    ['something is, here', assign('web@1.service'), ['web@1.service']],
    ['something is, elsewhere', assign('web@1.service', {machine: 'm2'}), []],
    ['something is, on a machine whose id begins alike', assign('web@1.service', {machine: 'm11'}), []],
    ['one here, one elsewhere', [...assign('a@1.service'), ...assign('b@1.service', {machine: 'm2'}).slice(1)], ['a@1.service']],
  ])('%s', async (_, writes, wanted) => {
    await write(...writes)
    expect(names(await follow())).toEqual({wanted, frozen: []})
  })

  test('a unit is understood for this machine, with its identity', async () => {
    await write(...assign('web@1.service', {generation: 4, launched: false}))
    const wanted = (await follow()).wanted.get('web@1.service')
    expect(wanted).toMatchObject({
      file: fileHash(text),
      desiredState: 'loaded',
      reason: 'so',
      identity: {generation: 4},
      unit: {name: 'web@1.service', container: {environment: {ME: '1', ON: host.machineId}}},
    })
  })

  test('follows what changes, and wakes the agent', async () => {
    await write(...assign('a@1.service'), ...assign('b@1.service').slice(1))
    await follow()
    await write({kind: 'delete', key: keys.assignment('m1', 'a@1.service')}, ...assign('c@1.service').slice(1))
    await until('it is woken', () => changes > 0)
    expect(names(await read())).toEqual({wanted: ['b@1.service', 'c@1.service'], frozen: []})
  })

  test('keeps the identity where only a comment changed, and not where the container did', async () => {
    await write(...assign('a@1.service'))
    const before = (await follow()).wanted.get('a@1.service')
    await write(...assign('a@1.service', {file: `# New.\n${text}`}))
    await until('it is woken', () => changes === 1)
    const commented = (await read()).wanted.get('a@1.service')
    expect(commented?.file).not.toBe(before?.file)
    expect(commented?.identity).toEqual(before?.identity)
    await write(...assign('a@1.service', {file: unitText()}))
    await until('it is woken', () => changes === 2)
    expect((await read()).wanted.get('a@1.service')?.identity.runHash).not.toBe(before?.identity.runHash)
  })

  const bad = (value: string): readonly Write[] => [{kind: 'put', key: keys.assignment('m1', 'a@1.service'), value}]
  test.each<[name: string, writes: readonly Write[], told: string | undefined]>([
    ['its assignment is no JSON', bad('{"schema":1,'), undefined],
    ['its assignment is of a newer version', bad('{"schema":2}'), undefined],
    ['its assignment lacks a field', bad('{"schema":1,"desiredState":"launched"}'), undefined],
    ['its file is missing', assign('a@1.service').slice(1), 'is missing from the store'],
    ['its file cannot be understood', assign('a@1.service', {file: '[Container]\n[Service]\nRestart=perhaps'}), "'perhaps'"],
  ])('is left as it is: %s', async (_, writes, told) => {
    await write(...assign('b@1.service').slice(0, 1), ...assign('b@1.service').slice(1))
    await write(...writes)
    if (told?.includes('missing')) await write({kind: 'delete', key: keys.file(fileHash(text))})
    const ordered = await follow()
    expect([...ordered.frozen]).toContain('a@1.service')
    expect(ordered.wanted.has('a@1.service')).toBe(false)
    expect(ordered.unreadable.get('a@1.service')?.reason ?? '').toContain(told ?? '')
    expect(ordered.unreadable.has('a@1.service')).toBe(told !== undefined)
  })

  test('what was known stands while the store is away', async () => {
    await write(...assign('a@1.service'))
    await follow()
    store.beforeRead = () => {
      throw new UnreachableError('etcd is away')
    }
    await expect(orders.refresh(ending.signal)).rejects.toThrow(UnreachableError)
    expect(names(await read()).wanted).toEqual(['a@1.service'])
    await write(...assign('b@1.service').slice(1))
    await until('it is woken', () => changes > 0)
    expect(names(await read()).wanted).toEqual(['a@1.service', 'b@1.service'])
  })

  test('a file that is new and cannot be fetched is an error, not an empty wish', async () => {
    await follow()
    store.beforeRead = () => {
      throw new UnreachableError('etcd is away')
    }
    await write(...assign('a@1.service'))
    await until('it is woken', () => changes > 0)
    await expect(read()).rejects.toThrow(UnreachableError)
  })
})

test('unit files are fetched once, in batches, and forgotten when nothing needs them', async () => {
  const store = new DisturbedStore()
  const texts = Array.from({length: 130}, (_, n) => `# ${n}`)
  const hashes = texts.map(fileHash)
  for (let at = 0; at < texts.length; at += 100) {
    const writes = texts.slice(at, at + 100).map((value): Write => ({kind: 'put', key: keys.file(fileHash(value)), value}))
    await store.commit([], writes)
  }
  let reads = 0
  store.beforeRead = () => void reads++
  const cache = new FileCache(store)
  const never = new AbortController().signal
  await cache.keepOnly(new Set(hashes), never)
  expect(hashes.map(hash => cache.file(hash)?.file)).toEqual(texts.map(text => parseUnitFile(text).file))
  expect(reads).toBe(3)
  await cache.keepOnly(new Set(hashes), never)
  expect(reads).toBe(3)
  await cache.keepOnly(new Set(), never)
  expect(cache.file(hashes[0] ?? '')).toBeUndefined()
  store.close()
})
