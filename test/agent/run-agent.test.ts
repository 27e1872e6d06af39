import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {runAgent} from '../../src/lib/agent/run-agent.ts'
import type {OnExit} from '../../src/lib/agent/settings.ts'
import {ConflictError} from '../../src/lib/base/errors.ts'
import {silentLog} from '../../src/lib/base/log.ts'
import {wishFor} from '../../src/lib/cluster/desire.ts'
import type {Wish} from '../../src/lib/cluster/model.ts'
import {submitUnits} from '../../src/lib/cluster/submit.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryEngine} from '../../src/lib/drivers/memory/memory-engine.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'
import {waitFor} from '../fakes/wait-for.ts'

interface Daemon {
  readonly over: Promise<void>
  readonly ending: AbortController
}

const apart = unitText('Restart=always', {more: '[X-Fleet]\nConflicts=web@*.service'})
const anywhere = unitText()

describe('a cluster of agents', () => {
  let directory: string
  let store: MemoryStore
  let engine: MemoryEngine
  let daemons: Daemon[]
  let patience: AbortSignal
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-cluster-'))
    store = new MemoryStore()
    engine = new MemoryEngine()
    daemons = []
    patience = AbortSignal.timeout(20_000)
  })
  afterEach(async () => {
    for (const {ending} of daemons) ending.abort()
    await Promise.allSettled(daemons.map(({over}) => over))
    store.close()
    await rm(directory, {recursive: true, force: true})
  })

  const machines = async () => ClusterView.of((await store.list(['machines/'])).entries).machines
  const launch = (machine: string, onExit: OnExit = 'keep'): Daemon => {
    const ending = new AbortController()
    const over = runAgent({
      settings: {
        machineId: machine,
        name: machine,
        metadata: {},
        address: '10.0.0.1',
        stateDirectory: join(directory, machine),
        ttlSeconds: 60,
        onExit,
        drainSeconds: 10,
        environmentFile: undefined,
        engine: true,
        offer: {capacity: {}, reserve: {}},
      },
      version: '1',
      store,
      openDriver: ({machine: of}) => new MemoryDriver({now: Date.now, engine, machine: of}),
      log: silentLog,
      signal: ending.signal,
    })
    const daemon = {over, ending}
    daemons.push(daemon)
    return daemon
  }
  const start = async (machine: string, onExit: OnExit = 'keep'): Promise<Daemon> => {
    const daemon = launch(machine, onExit)
    await Promise.race([daemon.over, until(`${machine} is registered`, async () => (await machines()).has(machine))])
    return daemon
  }
  const end = async ({ending, over}: Daemon) => {
    ending.abort()
    await over
  }
  const submit = (names: readonly string[], text: string) =>
    submitUnits(
      store,
      names.map(name => ({name, text, source: name})),
      {replace: false, signal: patience},
    )
  const fulfil = async (names: readonly string[], wish: Wish) => {
    const desired = await wishFor(store, names, wish, patience)
    const goals = desired.map(({name, record}) => ({name, wish, record}))
    const progress = await waitFor(store, goals, () => {}, patience)
    return [...progress].map(([name, {status}]) => `${name} ${status}`)
  }
  /** The units that run on a machine. */
  const running = (machine: string) =>
    engine
      .of(machine)
      .filter(({run}) => run.phase === 'running')
      .map(({run}) => run.unit)
      .sort()

  test('units are placed, run, stop and go', async () => {
    await start('m1')
    await start('m2')
    await submit(['web@1.service', 'web@2.service'], apart)
    expect(await fulfil(['web@1.service', 'web@2.service'], 'start')).toEqual(['web@1.service done', 'web@2.service done'])
    expect([...running('m1'), ...running('m2')].sort()).toEqual(['web@1.service', 'web@2.service'])
    expect(running('m1')).toHaveLength(1)
    expect(await fulfil(['web@1.service'], 'stop')).toEqual(['web@1.service done'])
    expect([...running('m1'), ...running('m2')]).toEqual(['web@2.service'])
    expect(await fulfil(['web@1.service'], 'start')).toEqual(['web@1.service done'])
    expect(await fulfil(['web@1.service', 'web@2.service'], 'destroy')).toEqual(['web@1.service done', 'web@2.service done'])
    expect([...engine.of('m1'), ...engine.of('m2')]).toEqual([])
    expect((await store.list(['units/', 'assignments/', 'states/'])).entries).toEqual([])
  })

  test('what has no place is refused with the reason, and placed as soon as there is one', async () => {
    await start('m1')
    await submit(['web@1.service', 'web@2.service'], apart)
    expect(await fulfil(['web@1.service', 'web@2.service'], 'start')).toEqual(['web@1.service done', 'web@2.service refused'])
    await start('m2')
    await until('it runs there', () => running('m2').includes('web@2.service'))
  })

  test('a restart is a new run on the same machine', async () => {
    await start('m1')
    await submit(['web.service'], anywhere)
    await fulfil(['web.service'], 'start')
    const before = engine.of('m1').map(({run}) => run.id)
    expect(await fulfil(['web.service'], 'restart')).toEqual(['web.service done'])
    expect(running('m1')).toEqual(['web.service'])
    expect(engine.of('m1').map(({run}) => run.id)).not.toEqual(before)
  })

  test('when the lease of a machine runs out its units run on another', async () => {
    const first = await start('m1')
    await submit(['a.service', 'b.service'], anywhere)
    await fulfil(['a.service', 'b.service'], 'start')
    await start('m2')
    expect(running('m1')).toEqual(['a.service', 'b.service'])
    await end(first)
    expect(running('m1')).toEqual(['a.service', 'b.service'])
    expect(running('m2')).toEqual([])
    store.expireSession((await machines()).get('m1')?.session ?? '')
    await until('they run on the other', () => running('m2').length === 2)
    await start('m1')
    await until('the machine stops what it still ran', () => engine.of('m1').length === 0)
    expect(running('m2')).toEqual(['a.service', 'b.service'])
  })

  test('an agent that comes back within its lease keeps everything', async () => {
    const first = await start('m1')
    await submit(['a.service'], anywhere)
    await fulfil(['a.service'], 'start')
    await start('m2')
    const before = engine.of('m1')
    await end(first)
    await start('m1')
    await submit(['b.service'], anywhere)
    expect(await fulfil(['b.service'], 'start')).toEqual(['b.service done'])
    expect(engine.of('m1').filter(({run}) => run.unit === 'a.service')).toEqual(before)
    expect(running('m2')).toEqual(['b.service'])
  })

  test('a machine that loses its lease and is there still ends with each unit running once', async () => {
    await start('m1')
    await start('m2')
    const names = ['a.service', 'b.service', 'c.service', 'd.service']
    await submit(names, anywhere)
    await fulfil(names, 'start')
    const session = (await machines()).get('m1')?.session ?? ''
    store.expireSession(session)
    await until('it is registered anew', async () => ((await machines()).get('m1')?.session ?? session) !== session)
    await until('each runs once', () => `${[...running('m1'), ...running('m2')].sort()}` === `${names}`)
  })

  test.each<[OnExit, string, readonly string[], readonly string[]]>([
    ['drain', 'its units run elsewhere first', [], ['a.service', 'b.service']],
    ['leave', 'its units stop and run elsewhere', [], ['a.service', 'b.service']],
    ['keep', 'its units run on', ['a.service', 'b.service'], []],
  ])('ending with %s: %s', async (onExit, _, here, there) => {
    const first = await start('m1', onExit)
    await submit(['a.service', 'b.service'], anywhere)
    await fulfil(['a.service', 'b.service'], 'start')
    await start('m2')
    await end(first)
    expect(running('m1')).toEqual(here)
    expect((await machines()).has('m1')).toBe(onExit === 'keep')
    await until('the other runs its share', () => `${running('m2')}` === `${there}`)
  })

  test('a second agent with the same id ends with the reason, and the first runs on', async () => {
    await start('m1')
    const record = (await machines()).get('m1')
    if (record === undefined) throw new Error('it is registered')
    // As if the first were another living process of this host.
    const [entry] = (await store.get([keys.machine('m1')])).entries
    const value = (entry?.value ?? '').replace(`"pid":${process.pid}`, `"pid":${process.ppid}`)
    await store.commit([], [{kind: 'put', key: keys.machine('m1'), value, session: record.session}])
    await expect(launch('m1').over).rejects.toThrow(ConflictError)
    await submit(['a.service'], anywhere)
    expect(await fulfil(['a.service'], 'start')).toEqual(['a.service done'])
  })

  test('decisions are on the record', async () => {
    const agent = await start('m1')
    await submit(['a.service'], anywhere)
    await fulfil(['a.service'], 'start')
    await end(agent)
    const lines = (await readFile(join(directory, 'm1', 'decisions.ndjson'), 'utf8')).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).step)).toEqual(['prepare', 'start'])
  })
})
