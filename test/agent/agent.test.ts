import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {keys} from '../../src/lib/store/keys.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {AgentRoom, stepsOf} from '../fakes/agent-room.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'

let room: AgentRoom
beforeEach(async () => {
  room = await AgentRoom.open()
})
afterEach(() => room.close())

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

  test('is stopped, removed and forgotten when it is not assigned any more, and it is said why', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    await room.unassign()
    await until('its run is gone', () => room.runs().length === 0)
    expect(agent.said.filter(line => /^info (stop|remove)/.test(line))).toEqual([
      `info stop web.service (${id}): not assigned to this machine: it was destroyed`,
      `info remove the ended run ${id} of web.service: not assigned to this machine: it was destroyed`,
    ])
    await until('its state is gone', async () => (await room.state()) === undefined)
  })

  test('another file replaces its run, a comment does not', async () => {
    const agent = await room.startAgent()
    await room.assign()
    await room.reported('active/running')
    const {id} = room.run()
    const commented = `# New.\n${unitText()}`
    await room.assign(commented)
    await until('the new file is reported', async () => (await room.state())?.file === fileHash(commented))
    expect(room.run().id).toBe(id)
    await room.assign(unitText('', {image: 'app:2'}))
    await until('another runs', () => room.aside().length === 1 && room.run().id !== id && room.run().phase === 'running')
    expect(room.aside()).toMatchObject([{id, phase: 'exited'}])
    expect(stepsOf(agent)).toEqual(['prepare', 'start', 'prepare', 'stop', 'set-aside', 'start'])
  })

  test('crashes and is started again by its policy, with its last lines kept', async () => {
    const agent = await room.startAgent()
    await room.assign(unitText('Restart=on-failure\nRestartSec=1s'))
    await room.reported('active/running')
    const {id} = room.run()
    room.engine.exit('web.service', 3)
    expect(await room.reported('activating/auto-restart')).toMatchObject({exitCode: 3, log: ['up'], container: id})
    const state = await room.reported('active/running')
    expect(state).toMatchObject({
      restarts: 1,
      recent: [
        {step: 'start', reason: 'assigned here: so'},
        {step: 'start', reason: 'it exited with 3, Restart=on-failure'},
      ],
    })
    expect(state).not.toHaveProperty('log')
    expect(room.run().id).not.toBe(id)
    expect(room.aside()).toMatchObject([{id}])
    expect(stepsOf(agent)).toEqual(['prepare', 'start', 'collect', 'prepare', 'set-aside', 'start'])
    const second = room.run().id
    room.engine.exit('web.service', 4)
    await until('the one before is kept, and no older one', () => room.aside().length === 1 && room.aside()[0]?.id === second)
    await room.unassign()
    await until('nothing of it is left', () => room.runs().length === 0)
  })

  test('crashes as often as its start limit allows, and is given up', async () => {
    const agent = await room.startAgent()
    // What is fetched takes longer than the agent needs to look again.
    room.engine.delay = step => new Promise(resolve => setTimeout(resolve, step.kind === 'prepare' ? 50 : 0))
    await room.assign(unitText('Restart=always\nRestartSec=10ms\nStartLimitBurst=3'))
    for (let crash = 0; crash < 3; crash++) {
      await until('it runs', () => room.runs().some(run => run.phase === 'running'))
      room.engine.exit('web.service', 1)
      await until('it was seen', () => stepsOf(agent).filter(kind => kind === 'collect').length === crash + 1)
    }
    const state = await room.reported('failed/failed')
    expect(state.reason).toContain('the start limit is hit')
    expect(stepsOf(agent).filter(kind => kind === 'start')).toHaveLength(3)
  })

  test('has no image, and is reported with the words of the engine', async () => {
    room.engine.failPrepare('app:1', 'no such image')
    const agent = await room.startAgent()
    await room.assign()
    expect(await room.reported('failed/failed')).toMatchObject({reason: 'no such image', startError: 'no such image'})
    expect(stepsOf(agent)).toEqual(['prepare'])
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
    expect(stepsOf(agent).filter(kind => kind === 'start')).toHaveLength(2)
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
    expect(stepsOf(agent)).toEqual(['prepare', 'start', 'prepare', 'start'])
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

describe('going away', () => {
  test('leave: everything stops and is removed, and only then it has left', async () => {
    const {agent, said} = await room.startAgent()
    await room.assign()
    await room.assign(unitText(), {unit: 'b.service'})
    await room.reported('active/running')
    await room.reported('active/running', 'b.service')
    agent.goAway('leave')
    await agent.left
    expect(room.runs()).toEqual([])
    const stops = said.filter(line => line.startsWith('info stop'))
    expect(stops.map(line => line.replace(/^.*: /, ''))).toEqual(Array(2).fill('this machine leaves the cluster'))
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
