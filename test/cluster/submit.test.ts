import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ConflictError, NotFoundError, UnreachableError} from '../../src/lib/base/errors.ts'
import {granted, wishFor} from '../../src/lib/cluster/desire.ts'
import type {DesiredState, Wish} from '../../src/lib/cluster/model.ts'
import {readFiles, readView} from '../../src/lib/cluster/read.ts'
import {readStatuses} from '../../src/lib/cluster/status.ts'
import {outcomeOf, submitUnits} from '../../src/lib/cluster/submit.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {DisturbedStore} from '../fakes/disturbed-store.ts'
import {unitText} from '../fakes/situation.ts'
import {assignmentEntry, machineEntry, recordEntry, stateEntry} from '../fakes/stored-cluster.ts'

const never = new AbortController().signal
let store: DisturbedStore
beforeEach(() => {
  store = new DisturbedStore()
})
afterEach(() => store.close())

const put = (...entries: readonly Entry[]) =>
  store.inner.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )
const units = async () =>
  [...(await readView(store, ['units/'], never)).units.values()].map(
    ({name, file, desiredState, generation}) => `${name} ${file.slice(0, 4)} ${desiredState} ${generation}`,
  )
const mark = (text: string) => fileHash(text).slice(0, 4)

const submissionsOf = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([name, text]) => ({name, text, source: name}))

describe('submitting', () => {
  const submit = (
    texts: Readonly<Record<string, string>>,
    {replace = false, to = undefined as 'load' | 'start' | undefined} = {},
  ) =>
    submitUnits(store, submissionsOf(texts), {
      replace,
      signal: never,
      ...(to === undefined ? {} : {wish: {to, names: Object.keys(texts)}}),
    })
  const outcomes = async (texts: Readonly<Record<string, string>>, options: Parameters<typeof submit>[1] = {}) => {
    const submissions = new Map(submissionsOf(texts).map(each => [each.name, each]))
    return (await submit(texts, options)).map(result => outcomeOf(result, submissions.get(result.name)))
  }
  const wish = async (state: DesiredState) => {
    if (state !== 'inactive') await wishFor(store, ['a.service'], state === 'loaded' ? 'load' : 'start', never)
  }

  test('makes a unit known, once', async () => {
    expect(await outcomes({'a.service': 'one'})).toEqual(['created'])
    expect(await outcomes({'a.service': 'one'})).toEqual(['same'])
    expect(await outcomes({'a.service': 'two'})).toEqual(['differs'])
    expect(await units()).toEqual([`a.service ${mark('one')} inactive 0`])
  })

  test('nothing is nothing', async () => {
    expect(await outcomes({})).toEqual([])
    expect(store.commits).toEqual([])
  })

  test('many at once have each its outcome, in the given order', async () => {
    await submit({'a.service': 'one', 'b.service': 'one'})
    const texts = {'c.service': 'one', 'b.service': 'two', 'a.service': 'one'}
    expect(await outcomes(texts, {replace: true})).toEqual(['created', 'replaced', 'same'])
  })

  test('with a wish a new unit is written once, as it is wanted', async () => {
    await submit({'a.service': 'one', 'b.service': 'two'}, {to: 'start'})
    await submit({'c.service': 'one'}, {to: 'load'})
    expect(await units()).toEqual([
      `a.service ${mark('one')} launched 1`,
      `b.service ${mark('two')} launched 1`,
      `c.service ${mark('one')} loaded 0`,
    ])
    expect(store.commits).toHaveLength(2)
  })

  test('two who submit the same at once agree', async () => {
    const results = await Promise.all([outcomes({'a.service': 'one'}), outcomes({'a.service': 'one'})])
    expect(results.flat().sort()).toEqual(['created', 'same'])
  })

  test('two who submit different texts at once: the second hears of it', async () => {
    const results = await Promise.all([outcomes({'a.service': 'one'}), outcomes({'a.service': 'two'})])
    expect(results.flat().sort()).toEqual(['created', 'differs'])
  })

  // fleet's rule: submit disturbs nothing that is placed, load nothing that runs, start anything.
  test.each<[to: 'load' | 'start' | undefined, state: DesiredState, allowed: boolean]>([
    [undefined, 'inactive', true],
    [undefined, 'loaded', false],
    [undefined, 'launched', false],
    ['load', 'inactive', true],
    ['load', 'loaded', true],
    ['load', 'launched', false],
    ['start', 'launched', true],
  ])('replacing by %s one that is %s: %s', async (to, state, allowed) => {
    await submit({'a.service': 'one'})
    await wish(state)
    const [before] = await units()
    const replaced = outcomes({'b.service': 'new', 'a.service': 'two'}, {replace: true, to})
    if (allowed) {
      expect(await replaced).toEqual(['created', 'replaced'])
      const stays = to === 'load' && state === 'inactive' ? 'loaded' : state
      expect((await units())[0]).toBe(before?.replace(mark('one'), mark('two')).replace(state, stays))
    } else {
      await expect(replaced).rejects.toThrow(ConflictError)
      await expect(replaced).rejects.toThrow(`a.service: cannot be replaced while ${state}`)
      expect(await units()).toEqual([before])
    }
  })

  test('the same text disturbs nobody', async () => {
    await submit({'a.service': 'one'})
    await wish('launched')
    expect(await outcomes({'a.service': 'one'}, {replace: true})).toEqual(['same'])
  })
})

describe('a wish', () => {
  const before = {file: 'f', desiredState: 'inactive' as DesiredState, generation: 4}
  // What is written for a unit that is inactive, loaded, launched, and launched but ended: state and generation; - for nothing.
  test.each<[Wish, string]>([
    ['load', 'loaded 4 | - | - | -'],
    ['start', 'launched 5 | launched 5 | - | launched 5'],
    ['stop', '- | - | loaded 4 | loaded 4'],
    ['restart', 'launched 5 | launched 5 | launched 5 | launched 5'],
    ['unload', '- | inactive 4 | inactive 4 | inactive 4'],
    ['destroy', 'delete | delete | delete | delete'],
  ])('to %s: %s', (wish, expected) => {
    const cases = [
      ['inactive', false],
      ['loaded', false],
      ['launched', false],
      ['launched', true],
    ] as const
    const answers = cases.map(([desiredState, ended]) => {
      const after = granted({...before, desiredState}, wish, ended)
      return after === undefined ? '-' : after === 'delete' ? after : `${after.desiredState} ${after.generation}`
    })
    expect(answers.join(' | ')).toBe(expected)
  })

  test.each<[state: string, parts: Parameters<typeof stateEntry>[2], startsAnew: boolean]>([
    ['active/running', {}, false],
    ['activating/auto-restart', {exitCode: 1}, false],
    ['failed/failed', {exitCode: 1}, true],
    ['inactive/dead', {exitCode: 0}, true],
    ['inactive/dead', {done: true}, true],
    ['inactive/dead', {}, false],
    ['active/exited', {done: true}, false],
    ['failed/failed', {exitCode: 1, generation: 0}, false],
  ])('to start what is launched and %s %j', async (words, parts, startsAnew) => {
    await put(recordEntry('a.service'), stateEntry('a.service', words, parts))
    const [desired] = await wishFor(store, ['a.service'], 'start', never)
    expect(desired).toMatchObject({record: {desiredState: 'launched', generation: startsAnew ? 2 : 1}})
  })

  test('of unknown units is refused with all their names, and nothing is written', async () => {
    await put(recordEntry('a.service', {desiredState: 'inactive'}))
    const wish = wishFor(store, ['x.service', 'a.service', 'y.service'], 'start', never)
    await expect(wish).rejects.toThrow(NotFoundError)
    await expect(wish).rejects.toThrow('x.service, y.service: no such units')
    expect(store.commits).toEqual([])
  })

  test('of a unit whose record cannot be read is refused as that', async () => {
    await put({...recordEntry('a.service'), value: '{"schema":2}'})
    await expect(wishFor(store, ['a.service'], 'destroy', never)).rejects.toThrow(ConflictError)
  })

  test('of a unit that is destroyed meanwhile comes to nothing', async () => {
    await put(recordEntry('a.service', {desiredState: 'inactive'}))
    store.beforeCommit = async () => {
      store.beforeCommit = undefined
      await store.inner.commit([], [{kind: 'delete', key: keys.unit('a.service')}])
    }
    expect(await wishFor(store, ['a.service'], 'start', never)).toEqual([
      {name: 'a.service', before: undefined, record: undefined, revision: 0},
    ])
  })

  test('of many at once is granted to each', async () => {
    const names = Array.from({length: 150}, (_, n) => `web@${n}.service`)
    await put(...names.slice(0, 100).map(name => recordEntry(name, {desiredState: 'inactive'})))
    await put(...names.slice(100).map(name => recordEntry(name, {desiredState: 'inactive'})))
    const desired = await wishFor(store, names, 'start', never)
    expect(desired.map(({name}) => name)).toEqual(names)
    expect((await units()).every(unit => unit.endsWith('launched 2'))).toBe(true)
  })
})

describe('reading', () => {
  const text = unitText('', {more: '[Unit]\nDescription=Shows'})
  const file = fileHash(text)
  beforeEach(() =>
    put(recordEntry('a.service', {file}), recordEntry('b.service', {file}), {
      ...recordEntry('x'),
      key: `files/${file}`,
      value: text,
    }),
  )

  test('the files of units', async () => {
    expect(await readFiles(store, ['b.service', 'a.service'], never)).toEqual(
      new Map([
        ['b.service', text],
        ['a.service', text],
      ]),
    )
  })

  test('unknown units are told all at once', async () => {
    const read = readFiles(store, ['x.service', 'a.service', 'y.service'], never)
    await expect(read).rejects.toThrow(NotFoundError)
    await expect(read).rejects.toThrow('x.service, y.service: no such units')
  })

  test('a file that is lost is told, and the way out works', async () => {
    await store.inner.commit([], [{kind: 'delete', key: keys.file(file)}])
    await expect(readFiles(store, ['a.service'], never)).rejects.toThrow(UnreachableError)
    await expect(readFiles(store, ['a.service'], never)).rejects.toMatchObject({hint: '`ctl destroy` it and submit it again'})
    await wishFor(store, ['a.service'], 'destroy', never)
    const submission = {name: 'a.service', text, source: 'a.service'}
    await submitUnits(store, [submission], {replace: false, signal: never})
    expect(await readFiles(store, ['a.service'], never)).toEqual(new Map([['a.service', text]]))
  })

  test('all that is known of a unit', async () => {
    const recent = [{at: 1, step: 'start', reason: 'assigned here'}]
    await put(
      machineEntry('m1'),
      assignmentEntry('a.service', 'm1', {file}),
      stateEntry('a.service', 'failed/failed', {file, log: ['one', 'two'], exitCode: 3, recent}),
    )
    const {statuses} = await readStatuses(store, ['a.service', 'b.service'], never)
    const [a, b] = statuses
    expect(a).toMatchObject({
      record: {name: 'a.service', desiredState: 'launched'},
      description: 'Shows',
      driver: 'docker',
      places: [
        {
          row: {unit: 'a.service', target: 'one/10.0.0.1', active: 'failed', exitCode: 3},
          whyHere: expect.any(String),
          recent,
          log: ['one', 'two'],
        },
      ],
    })
    expect(b).toMatchObject({places: [{row: {unit: 'b.service', machine: null, sub: 'unplaced'}, recent: [], log: []}]})
  })

  test('the status of an unknown unit', async () => {
    await expect(readStatuses(store, ['x.service'], never)).rejects.toThrow(NotFoundError)
  })
})
