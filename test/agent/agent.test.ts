import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {AgentRoom, type RunningAgent} from '../fakes/agent-room.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'

let room: AgentRoom
beforeEach(async () => {
  room = await AgentRoom.open()
})
afterEach(() => room.close())

/** The steps in a log: their kinds, in order. */
function steps({said}: RunningAgent): readonly string[] {
  const kinds = {
    'info get': 'prepare',
    'info start': 'start',
    'info stop': 'stop',
    'info remove': 'remove',
    'info keep': 'collect',
  }
  return said.flatMap(line => Object.entries(kinds).find(([begin]) => line.startsWith(`${begin} `))?.[1] ?? [])
}

describe('the way of a unit on a machine', () => {
  test('is assigned, runs, and is reported', async () => {
    const agent = await room.startAgent()
    await room.assign()
    const state = await room.reported('active/running')
    expect(state).toMatchObject({load: 'loaded', generation: 1, restarts: 0, container: room.run().id})
    expect(agent.said.filter(line => line.includes('web.service'))).toEqual([
      'info get app:1 for web.service: assigned here: so',
      'info start web.service: assigned here: so',
    ])
  })

  test('is stopped when loaded is wanted, and started anew with the next generation', async () => {
    await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    await room.assign(unitText(), {desiredState: 'loaded'})
    await room.reported('inactive/dead')
    expect(room.run()).toMatchObject({id, phase: 'exited'})
    await room.assign(unitText(), {generation: 2})
    expect(await room.reported('active/running')).toMatchObject({generation: 2})
    expect(room.run()).toMatchObject({phase: 'running', identity: {generation: 2}})
  })

  test('is stopped, removed and forgotten when it is not assigned any more', async () => {
    await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    await room.unassign()
    await until('its run is gone', () => room.runs().length === 0)
    await until('its state is gone', async () => (await room.state()) === undefined)
  })

  test('another file replaces its run, a comment does not', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    const commented = `# New.\n${unitText()}`
    await room.assign(commented)
    await until('the new file is reported', async () => (await room.state())?.file !== undefined && room.store.commits.length > 3)
    expect(room.run().id).toBe(id)
    await room.assign(unitText('', {image: 'app:2'}))
    await until('another runs', () => room.runs().length === 1 && room.run().id !== id && room.run().phase === 'running')
    expect(steps(agent)).toEqual(['prepare', 'start', 'prepare', 'stop', 'remove', 'start'])
  })

  test('crashes and is started again by its policy, with its last lines kept', async () => {
    const agent = await room.startAgent()
    await room.assign(unitText('Restart=on-failure\nRestartSec=300ms'))
    await room.reported('active/running')
    const {id} = room.run()
    room.engine.exit('web.service', 3)
    expect(await room.reported('activating/auto-restart')).toMatchObject({exitCode: 3, log: ['up'], container: id})
    const state = await room.reported('active/running')
    expect(state).toMatchObject({restarts: 1})
    expect(state).not.toHaveProperty('log')
    expect(room.run().id).not.toBe(id)
    expect(steps(agent)).toEqual(['prepare', 'start', 'collect', 'prepare', 'remove', 'start'])
  })

  test('crashes as often as its start limit allows, and is given up', async () => {
    const agent = await room.startAgent()
    await room.assign(unitText('Restart=always\nRestartSec=10ms\nStartLimitBurst=3'))
    for (let crash = 0; crash < 3; crash++) {
      await until('it runs', () => room.runs().some(run => run.phase === 'running'))
      room.engine.exit('web.service', 1)
      await until('it was seen', () => steps(agent).filter(kind => kind === 'collect').length === crash + 1)
    }
    const state = await room.reported('failed/failed')
    expect(state.reason).toContain('the start limit is hit')
    expect(steps(agent).filter(kind => kind === 'start')).toHaveLength(3)
  })

  test('has no image, and is reported with the words of the engine', async () => {
    room.engine.failPrepare('app:1', 'no such image')
    const agent = await room.startAgent()
    await room.assign()
    expect(await room.reported('failed/failed')).toMatchObject({reason: 'no such image', startError: 'no such image'})
    expect(steps(agent)).toEqual(['prepare'])
    room.engine.failPrepare('app:1')
    await room.assign(unitText(), {generation: 2})
    expect(await room.reported('active/running')).toMatchObject({generation: 2})
  })

  test('fails to start as often as its start limit allows', async () => {
    room.engine.failStart('web.service', 'port is taken')
    const agent = await room.startAgent()
    await room.assign(unitText('Restart=always\nRestartSec=10ms\nStartLimitBurst=2'))
    const state = await room.reported('failed/failed')
    expect(state.reason).toBe('port is taken; started 2 times within 10 s: the start limit is hit')
    expect(steps(agent).filter(kind => kind === 'start')).toHaveLength(2)
  })

  test('is active once it is healthy, where it asks for that', async () => {
    await room.startAgent()
    await room.assign(unitText('', {container: 'HealthCmd=true\nNotify=healthy'}))
    await room.reported('activating/start-post')
    room.engine.setHealth('web.service', 'healthy')
    expect(await room.reported('active/running')).toMatchObject({health: 'healthy'})
  })

  test('is left as it is while its assignment cannot be read', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    await room.store.inner.commit([], [{kind: 'put', key: keys.assignment('m1', 'web.service'), value: '{"schema":1,'}])
    await room.assign(unitText(), {unit: 'other.service'})
    await room.reported('active/running', 'other.service')
    expect(room.run('web.service')).toMatchObject({id, phase: 'running'})
    expect(await room.state()).toMatchObject({active: 'active'})
    expect(steps(agent)).toEqual(['prepare', 'start', 'prepare', 'start'])
  })
})

test('at rest nothing is written, whatever wakes the agent', async () => {
  const {agent} = await room.startAgent()
  await room.assign()
  await room.reported('active/running')
  await room.assign(unitText('Type=oneshot'), {unit: 'job.service'})
  await until('the job runs', () => room.runs('job.service').length === 1)
  room.engine.exit('job.service', 0)
  await room.reported('inactive/dead', 'job.service')
  const before = room.store.commits.length
  let looks = 0
  room.store.beforeRead = () => void looks++
  for (let round = 0; round < 20; round++) {
    agent.wake()
    await new Promise(resolve => setImmediate(resolve))
  }
  // A word more is the proof that the rounds before it are over.
  await room.assign(unitText(), {unit: 'last.service'})
  await room.reported('active/running', 'last.service')
  expect(
    room.store.commits
      .slice(before)
      .flat()
      .map(({key}) => key),
  ).not.toContain('states/m1/web.service')
  expect(
    room.store.commits
      .slice(before)
      .flat()
      .map(({key}) => key),
  ).not.toContain('states/m1/job.service')
  expect(looks).toBe(0)
})

describe('a new agent', () => {
  test('finds what runs and touches nothing', async () => {
    const first = await room.startAgent()
    await room.assign(unitText('Restart=always'))
    await room.assign(unitText(), {unit: 'b.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'b.service')
    await first.end()
    const runs = room.runs()
    const writes = room.store.commits.length
    const second = await room.startAgent()
    await room.assign(unitText(), {unit: 'c.service'})
    await room.reported('active/running', 'c.service')
    expect(room.runs().slice(0, 2)).toEqual(runs)
    expect(steps(second)).toEqual(['prepare', 'start'])
    expect(
      room.store.commits
        .slice(writes)
        .flat()
        .map(({key}) => key),
    ).not.toContain('states/m1/web.service')
  })

  test('starts what ended meanwhile by its policy, and only that', async () => {
    const first = await room.startAgent()
    await room.assign(unitText('Restart=always\nRestartSec=10ms'))
    await room.assign(unitText(), {unit: 'b.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'b.service')
    await first.end()
    room.engine.exit('web.service', 0)
    room.engine.exit('b.service', 0)
    await room.startAgent()
    await until('it was started again', async () => (await room.state())?.restarts === 1)
    await room.reported('active/running')
    expect(await room.reported('inactive/dead', 'b.service')).toMatchObject({exitCode: 0})
    expect(room.run('b.service').phase).toBe('exited')
  })

  test('stops what is not assigned any more', async () => {
    const first = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    await first.end()
    await room.unassign()
    await room.startAgent()
    await until('its run is gone', () => room.runs().length === 0)
    await until('its state is gone', async () => (await room.state()) === undefined)
  })

  test.each(['kept', 'removed'])('does not run a oneshot again that has succeeded, its run being %s', async run => {
    const first = await room.startAgent()
    await room.assign(unitText('Type=oneshot'))
    await until('it runs', () => room.runs().length === 1)
    room.engine.exit('web.service', 0)
    expect(await room.reported('inactive/dead')).toMatchObject({done: true})
    await first.end()
    if (run === 'removed') room.memoryEngine.delete('m1', room.run().id)
    const second = await room.startAgent()
    await room.assign(unitText(), {unit: 'last.service'})
    await room.reported('active/running', 'last.service')
    expect(room.runs('web.service')).toHaveLength(run === 'removed' ? 0 : 1)
    expect(second.said.filter(line => line.includes('web.service'))).toEqual([])
    expect(await room.state()).toMatchObject({done: true})
    await room.assign(unitText('Type=oneshot'), {generation: 2})
    await until('it runs again', () => room.runs('web.service').some(each => each.phase === 'running'))
  })

  test.each<[name: string, fail: () => void]>([
    ['its image could not be had', () => room.engine.failPrepare('app:1', 'no such image')],
    ['it could not be started', () => room.engine.failStart('web.service', 'port is taken')],
  ])('does not try again what was given up: %s', async (_, fail) => {
    fail()
    const first = await room.startAgent()
    await room.assign()
    const before = await room.reported('failed/failed')
    await first.end()
    const second = await room.startAgent()
    await room.assign(unitText('', {image: 'app:2'}), {unit: 'last.service'})
    await room.reported('active/running', 'last.service')
    expect(second.said.filter(line => line.includes('web.service'))).toEqual([])
    expect(await room.state()).toEqual(before)
  })

  test('starts what the machine’s boot has ended', async () => {
    const first = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    await first.end()
    room.engine.exit('web.service', 137)
    const second = await room.startAgent({bootedAt: Date.now() + 1})
    await until('it runs again', () => room.runs().some(run => run.phase === 'running'))
    expect(room.run().id).not.toBe(id)
    expect(second.said).toContain('info start web.service: the machine was booted since')
  })

  test('stops nothing when it loses its lease before it has heard what is assigned', async () => {
    const first = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    await first.end()
    const second = await room.startAgent({later: true})
    const session = second.membership.standing?.session
    if (session === undefined) throw new Error('it is registered')
    room.store.inner.expireSession(session.id)
    let refused = 0
    room.store.beforeRead = keysRead => {
      if (!keysRead.includes(keys.machine('m1')) || refused++ > 0) return
      throw new UnreachableError('etcd is away')
    }
    second.begin()
    await until('it is back', () => refused > 0 && second.membership.standing !== undefined)
    await room.assign(unitText(), {unit: 'last.service'})
    await room.reported('active/running', 'last.service')
    expect(room.run('web.service')).toMatchObject({id, phase: 'running'})
    expect(steps(second)).toEqual(['prepare', 'start'])
  })
})

describe('when something is away', () => {
  test('the engine: nothing is taken for gone, and afterwards it goes on', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    agent.driver.afterLook = () => {
      throw new UnreachableError('the Docker engine is away')
    }
    await room.assign(unitText(), {unit: 'b.service'})
    await until('it was noticed', () => agent.said.some(line => line.includes('the Docker engine is away')))
    expect(room.runs().map(run => run.id)).toEqual([id])
    expect(await room.state()).toMatchObject({active: 'active'})
    agent.driver.afterLook = undefined
    await room.reported('active/running', 'b.service')
    expect(room.run('web.service').id).toBe(id)
  })

  test('the store: what runs is kept running, and reported when it is back', async () => {
    const agent = await room.startAgent()
    await room.assign(unitText('Restart=always\nRestartSec=10ms'))
    await room.reported('active/running')
    const {id} = room.run()
    room.store.beforeCommit = () => {
      throw new UnreachableError('etcd is away')
    }
    room.engine.exit('web.service', 1)
    await until('it was started again', () => room.runs().some(run => run.phase === 'running'))
    expect(await room.state()).toMatchObject({container: id})
    room.store.beforeCommit = undefined
    await until('it is reported', async () => (await room.state())?.container === room.run().id)
    expect(steps(agent)).toEqual(['prepare', 'start', 'collect', 'prepare', 'remove', 'start'])
  })

  test('a step that fails is tried again, and the failure is no start', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    let refused = 0
    agent.driver.beforeStep = step => {
      if (step.kind === 'stop' && refused++ === 0) throw new UnreachableError('the Docker engine is away')
    }
    await room.assign(unitText(), {desiredState: 'loaded'})
    await room.reported('inactive/dead')
    expect(agent.said).toContainEqual(expect.stringMatching(/^warning cannot stop web.service .*the Docker engine is away$/))
    expect(refused).toBe(2)
  })

  test('the lease: a singleton stops, everything else runs on; both run when it is back', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.assign(unitText('', {more: '[X-Fleet]\nOnDisconnect=stop'}), {unit: 'one.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'one.service')
    const {id} = room.run('web.service')
    room.store.beforeRead = () => {
      throw new UnreachableError('etcd is away')
    }
    room.store.inner.expireSession(agent.membership.standing?.session.id ?? '')
    await until('the singleton is gone', () => room.runs('one.service').length === 0)
    expect(room.run('web.service')).toMatchObject({id, phase: 'running'})
    room.store.beforeRead = undefined
    await until('the singleton runs', () => room.runs('one.service').some(run => run.phase === 'running'))
    await room.reported('active/running', 'one.service')
    expect(room.run('web.service')).toMatchObject({id, phase: 'running'})
  })

  test('a look that was under way when a start ended starts nothing twice', async () => {
    const agent = await room.startAgent()
    await room.assign()
    const started = Promise.withResolvers<void>()
    const looked = Promise.withResolvers<void>()
    let looking = false
    // The start waits until a look has seen nothing, and that look's answer until the start is over.
    agent.driver.beforeStep = step => (step.kind === 'start' ? looked.promise : undefined)
    agent.driver.afterLook = async () => {
      if (looking || !steps(agent).includes('start')) return
      looking = true
      looked.resolve()
      await started.promise
    }
    await until('it starts', () => steps(agent).includes('start'))
    agent.agent.wake()
    await until('it runs', () => room.runs().some(run => run.phase === 'running'))
    await new Promise(resolve => setImmediate(resolve))
    started.resolve()
    await room.reported('active/running')
    expect(steps(agent)).toEqual(['prepare', 'start'])
  })
})

describe('going away', () => {
  test('leave: everything stops and is removed, and only then it has left', async () => {
    const {agent} = await room.startAgent()
    await room.assign()
    await room.assign(unitText(), {unit: 'b.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'b.service')
    agent.goAway('leave')
    await agent.left
    expect(room.runs()).toEqual([])
    await until('its states are gone', async () => (await room.state()) === undefined)
  })

  test('drain: units run until they are assigned elsewhere', async () => {
    const {agent} = await room.startAgent()
    await room.assign()
    await room.assign(unitText(), {unit: 'b.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'b.service')
    let left = false
    void agent.left.then(() => {
      left = true
    })
    agent.goAway('drain')
    await room.unassign()
    await until('one is gone', () => room.runs('web.service').length === 0)
    expect(room.run('b.service').phase).toBe('running')
    expect(left).toBe(false)
    await room.unassign('b.service')
    await agent.left
    expect(room.runs()).toEqual([])
  })

  test('with nothing here it has left at once', async () => {
    const {agent} = await room.startAgent()
    agent.goAway('drain')
    await agent.left
  })
})
