import {Config} from '@oclif/core'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type CtlError, NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import type {ConnectionFlags} from '../../src/lib/cli/connection.ts'
import {needed, WishCommand, type WishFlags} from '../../src/lib/cli/units/wish-command.ts'
import {readView} from '../../src/lib/cluster/read.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import type {Store} from '../../src/lib/store/store.ts'
import {unitText} from '../fakes/situation.ts'
import {leaderEntry, machineEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'
import {outputOf} from './output.ts'
import {withDirectory} from './temporary-directory.ts'

const config = new Config({root: import.meta.dirname})
let store: MemoryStore
let ending: AbortController
beforeEach(async () => {
  store = new MemoryStore()
  ending = new AbortController()
  await store.commit(
    [],
    [machineEntry('m1'), leaderEntry].map(({key, value}) => ({kind: 'put', key, value})),
  )
})
afterEach(() => {
  ending.abort()
  store.close()
})

/** A command on the store of the test. */
class Probe extends WishCommand {
  override bring = super.bring
  override wish = super.wish
  override async withStore<T>(_: ConnectionFlags, use: (store: Store, signal: AbortSignal) => Promise<T>): Promise<T> {
    return use(store, ending.signal)
  }
  async run(): Promise<void> {}
}

const flagsOf = (parts: Partial<WishFlags & {replace: boolean}> = {}) => ({
  endpoints: '',
  prefix: '',
  block: false,
  replace: false,
  ...parts,
})
const bring = (wish: 'load' | 'start', argv: readonly string[], parts: Parameters<typeof flagsOf>[0] = {}) =>
  outputOf(() => new Probe([], config).bring(wish, argv, flagsOf(parts)))
const wish = (...[what, argv, parts]: [...Parameters<Probe['wish']>]) =>
  outputOf(() => new Probe([], config).wish(what, argv, parts))
const units = async () =>
  [...(await readView(store, ['units/'], ending.signal)).units.values()].map(
    ({name, desiredState, generation}) => `${name} ${desiredState} ${generation}`,
  )
const text = unitText()

describe('bringing', () => {
  test.each<[to: 'load' | 'start', found: readonly string[]]>([
    ['load', ['db.service loaded 0', 'web@1.service loaded 0', 'web@2.service loaded 0']],
    ['start', ['db.service launched 1', 'web@1.service launched 1', 'web@2.service launched 1']],
  ])('%s submits what is not known, and wishes', async (to, found) => {
    await withDirectory({'web@.service': text, 'db.service': text}, async root => {
      const told = await bring(to, [`${root}/web@{1,2}`, `${root}/db`])
      expect(told).toEqual({
        out: ['web@1', 'web@2', 'db'].map(name => `Triggered unit ${name}.service ${to}\n`).join(''),
        err: '',
        thrown: undefined,
      })
    })
    expect((await units()).sort()).toEqual(found)
  })

  test('globs of known units may stand beside paths', async () => {
    await withDirectory({'units/web@.service': text, 'units/db.service': text}, async root => {
      expect(await bring('load', [`${root}/units/web@{1,2}`])).toMatchObject({thrown: undefined})
      expect(await bring('start', ['web@*', `${root}/units/db`])).toEqual({
        out: ['web@1', 'web@2', 'db'].map(name => `Triggered unit ${name}.service start\n`).join(''),
        err: '',
        thrown: undefined,
      })
    })
  })

  test('warnings go to stderr', async () => {
    await withDirectory({'db.service': text, 'other/db.service': unitText('', {image: 'app:2'})}, async root => {
      await bring('start', [`${root}/db`])
      const told = await bring('start', [`${root}/other/db`])
      expect(told.err).toBe(
        `warning: db.service in the cluster differs from ${root}/other/db.service: add --replace to override\n`,
      )
      expect(told.thrown).toBeUndefined()
    })
  })

  test.each<[name: string, argv: readonly string[], error: new (message: string) => CtlError, message: string]>([
    ['nothing', [], UsageError, 'no unit given'],
    ['a template', ['web@'], UsageError, 'web@.service is a template: it cannot be started itself'],
    ['what is nowhere', ['no-such-unit'], NotFoundError, 'no-such-unit.service: neither in the cluster nor a file here'],
    ['a glob that matches nothing', ['web@*'], NotFoundError, 'web@*.service: no known unit matches'],
    ['a name that cannot be', ['web!'], UsageError, "has the character '!'"],
  ])('%s is refused, and nothing is written', async (_, argv, error, message) => {
    const before = store.revision
    const {thrown, out} = await bring('start', argv)
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject({message: expect.stringContaining(message)})
    expect({out, revision: store.revision}).toEqual({out: '', revision: before})
  })
})

describe('wishing', () => {
  test.each<[what: 'stop' | 'unload' | 'restart' | 'destroy', found: readonly string[]]>([
    ['stop', ['web@1.service loaded 1', 'web@2.service loaded 1']],
    ['unload', ['web@1.service inactive 1', 'web@2.service inactive 1']],
    ['restart', ['web@1.service launched 2', 'web@2.service launched 2']],
    ['destroy', []],
  ])('%s is wished of what a glob matches', async (what, found) => {
    await withDirectory({'web@.service': text}, root => bring('start', [`${root}/web@{1,2}`]))
    const told = await wish(what, ['web@*'], flagsOf())
    expect(told.out).toBe(`Triggered unit web@1.service ${what}\nTriggered unit web@2.service ${what}\n`)
    expect(await units()).toEqual(found)
  })

  test.each<
    [name: string, what: 'stop' | 'restart', argv: readonly string[], error: new (message: string) => CtlError, message: string]
  >([
    ['of nothing', 'stop', [], UsageError, 'no unit given'],
    ['of what is not known', 'stop', ['a', 'b'], NotFoundError, 'a.service, b.service: no such units; nothing was changed'],
    ['a restart of a template', 'restart', ['web@.service'], UsageError, 'it cannot be restarted itself'],
  ])('%s is refused', async (_, what, argv, error, message) => {
    const {thrown} = await wish(what, argv, flagsOf())
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject({message: expect.stringContaining(message)})
  })
})

describe('the time to wait', () => {
  test.each<[name: string, flags: Partial<WishFlags>, seconds: number]>([
    ['is that of --timeout', {timeout: '50ms'}, 0.05],
    ['is that of --timeout before fleetctl’s rounds', {timeout: '0.05s', 'block-attempts': 100}, 0.05],
  ])('%s', async (_, flags, seconds) => {
    await withDirectory({'db.service': text}, async root => {
      const {thrown} = await bring('start', [`${root}/db`], {...flags, block: true})
      expect(thrown).toMatchObject({exitCode: 6, message: expect.stringContaining(`not done within ${seconds} s`)})
    })
  })

  test.each<[name: string, flags: Partial<WishFlags>]>([
    ['is endless with --timeout 0', {timeout: '0'}],
    ['is endless with --timeout infinity', {timeout: 'infinity'}],
    ['is endless without a flag', {}],
    ['is endless with no rounds', {'block-attempts': 0}],
    ['is two seconds with one round of fleetctl’s', {'block-attempts': 1}],
  ])('%s', async (_, flags) => {
    await withDirectory({'db.service': text}, async root => {
      const waiting = bring('start', [`${root}/db`], {...flags, block: true})
      await until('the wish is written', async () => (await units()).length === 1)
      ending.abort()
      const {thrown} = await waiting
      expect(thrown).toMatchObject({exitCode: 6, message: expect.stringContaining('stopped waiting for 1 of 1 unit')})
    })
  })

  test.each(['soon', '5 parsecs', '-1s', ''])('--timeout %j is refused before anything is done', async timeout => {
    const {thrown} = await bring('start', ['db'], {timeout})
    expect(thrown).toMatchObject({exitCode: 2, message: `--timeout: ${JSON.stringify(timeout)} is no time`})
  })
})

test('a command that needs units takes what it is given', () => {
  expect(needed(['a', 'b'])).toEqual(['a', 'b'])
})
