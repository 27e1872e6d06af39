import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {AgentRoom, stepsOf} from '../fakes/agent-room.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'

let room: AgentRoom
beforeEach(async () => {
  room = await AgentRoom.open()
})
afterEach(() => room.close())

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
    expect(stepsOf(agent)).toEqual(['prepare', 'start', 'collect', 'prepare', 'set-aside', 'start'])
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

  test('the image of a oneshot that succeeded before: its policy speaks, not its older run', async () => {
    const agent = await room.startAgent()
    await room.assign(unitText('Type=oneshot'))
    await until('it runs', () => room.runs().length === 1)
    room.engine.exit('web.service', 0)
    await room.reported('inactive/dead')
    room.engine.failPrepare('app:1', 'no such image')
    await room.assign(unitText('Type=oneshot'), {generation: 2})
    await room.reported('failed/failed')
    await room.assign(unitText('', {image: 'app:2'}), {unit: 'last.service'})
    await room.reported('active/running', 'last.service')
    expect(agent.said.filter(line => line.startsWith('info get app:1'))).toHaveLength(2)
  })

  test('what is fetched for longer than TimeoutStartSec= is a start that failed', async () => {
    await room.startAgent()
    room.engine.delay = (step, signal) =>
      step.kind === 'prepare'
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve()
    await room.assign(unitText('TimeoutStartSec=0.05'))
    expect(await room.reported('failed/failed')).toMatchObject({reason: 'not ready to start within TimeoutStartSec=0.05'})
  })

  test('what is fetched in vain is given up when it is not wanted any more', async () => {
    const agent = await room.startAgent()
    let given = 0
    room.engine.delay = (step, signal) =>
      step.kind === 'prepare'
        ? new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              given++
              reject(signal.reason)
            })
          })
        : Promise.resolve()
    await room.assign()
    await room.reported('activating/start-pre')
    await room.unassign()
    await until('it is given up', () => given === 1)
    await until('its state is gone', async () => (await room.state()) === undefined)
    expect(stepsOf(agent)).toEqual(['prepare'])
    expect(agent.said.filter(line => line.startsWith('warning'))).toEqual([])
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
      if (looking || !stepsOf(agent).includes('start')) return
      looking = true
      looked.resolve()
      await started.promise
    }
    await until('it starts', () => stepsOf(agent).includes('start'))
    agent.agent.wake()
    await until('it runs', () => room.runs().some(run => run.phase === 'running'))
    await new Promise(resolve => setImmediate(resolve))
    started.resolve()
    await room.reported('active/running')
    expect(stepsOf(agent)).toEqual(['prepare', 'start'])
  })
})
