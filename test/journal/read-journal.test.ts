import {afterEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {type JournalRequest, readJournal} from '../../src/lib/journal/read-journal.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {assignmentEntry, machineEntry, recordEntry, refusalEntry, stateEntry, storedFile} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'

/* What is told when lines cannot be had; the machines of these clusters are not there. */

const stores: MemoryStore[] = []
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})

async function storeOf(...entries: readonly Entry[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  stores.push(store)
  const file = {key: keys.file(storedFile), value: '[Container]\nImage=busybox\n'}
  await store.commit(
    [],
    [file, ...entries].map(({key, value}) => ({kind: 'put' as const, key, value})),
  )
  return store
}

interface Outcome {
  readonly printed: readonly string[]
  readonly told: readonly string[]
  readonly ended: Promise<void>
}

function reading(store: MemoryStore, request: Partial<JournalRequest>, signal = new AbortController().signal): Outcome {
  const printed: string[] = []
  const told: string[] = []
  const ended = readJournal(
    {units: ['web.service'], span: {lines: 5}, follow: false, sudo: false, ...request},
    {
      begin: () => {},
      print: async lines => void printed.push(...lines.map(({text}) => text)),
      tell: text => void told.push(text),
    },
    {
      store,
      reach: async machine => {
        throw new UnreachableError(`${machine.name} does not answer`)
      },
    },
    signal,
  )
  ended.catch(() => {})
  return {printed, told, ended}
}

const record = recordEntry('web.service')
const one = machineEntry('m1')
const placed = [record, assignmentEntry('web.service')]

describe('what cannot be shown', () => {
  test.each<[name: string, entries: readonly Entry[], request: Partial<JournalRequest>, exitCode: number, message: RegExp]>([
    ['an unknown unit', [record], {units: ['wbe.service']}, 3, /^wbe\.service: no such unit$/],
    ['a unit without a place', [record], {}, 3, /^web\.service has no place: it has not been placed yet$/],
    ['a unit elsewhere', [...placed, one], {machine: 'm2'}, 3, /^web\.service is not on m2$/],
    ['a machine that does not answer', [...placed, one], {}, 5, /^no lines of web\.service: one does not answer$/],
    ['a lost machine', placed, {}, 5, /^no lines of web\.service: machine m1 is lost$/],
  ])('%s', async (_, entries, request, exitCode, message) => {
    const {ended} = reading(await storeOf(...entries), request)
    await expect(ended).rejects.toMatchObject({exitCode, message: expect.stringMatching(message)})
  })

  test('is told of each refused unit with its reason', async () => {
    const store = await storeOf(record, recordEntry('db.service'), refusalEntry('db.service', 'no machine fits', 2))
    const {ended} = reading(store, {units: ['web.service', 'db.service']})
    await expect(ended).rejects.toThrow('db.service has no place: no machine fits')
  })
})

test('of a lost machine the lines that its agent reported are shown', async () => {
  const store = await storeOf(...placed, stateEntry('web.service', 'failed/failed', {log: ['last', 'words']}))
  const {ended, printed, told} = reading(store, {})
  await expect(ended).rejects.toMatchObject({exitCode: 5})
  expect(printed).toEqual(['last', 'words'])
  expect(told).toEqual(['machine m1 is lost: what it reported last of web.service follows'])
})

test('a unit that is followed is told of, and its end is the end', async () => {
  const store = await storeOf(...placed, one, machineEntry('m2', {name: 'two'}))
  const {ended, told} = reading(store, {follow: true})
  await until('it is said that it does not answer', () => told.includes('one does not answer; trying again'))
  const moved = assignmentEntry('web.service', 'm2')
  await store.commit(
    [],
    [
      {kind: 'put', key: moved.key, value: moved.value},
      {kind: 'delete', key: keys.assignment('m1', 'web.service')},
    ],
  )
  await until('it is said that it moved', () => told.includes('web.service moved from one to two'))
  await store.commit(
    [],
    [
      {kind: 'delete', key: moved.key},
      {kind: 'delete', key: record.key},
    ],
  )
  await ended
  expect(told).toContain('web.service was destroyed')
})

test('^C ends it with its own reason', async () => {
  const over = new AbortController()
  const {ended, told} = reading(await storeOf(...placed, one), {follow: true}, over.signal)
  await until('it is said that it does not answer', () => told.length > 0)
  over.abort(new Error('enough'))
  await expect(ended).rejects.toThrow('enough')
})
