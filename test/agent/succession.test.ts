import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {AgentRoom, stepsOf} from '../fakes/agent-room.ts'
import {unitText} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'

let room: AgentRoom
beforeEach(async () => {
  room = await AgentRoom.open()
})
afterEach(() => room.close())

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
    expect(stepsOf(second)).toEqual(['prepare', 'start'])
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
    expect(stepsOf(second)).toEqual(['prepare', 'start'])
  })
})
