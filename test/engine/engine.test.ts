import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Write} from '../../src/lib/store/store.ts'
import {EngineRoom} from '../fakes/engine-room.ts'
import {fullName} from '../fakes/snapshot.ts'
import {until} from '../fakes/until.ts'

const remove = (key: string): Write => ({kind: 'delete', key})
const isAssignment = (writes: readonly Write[]) => writes.some(({key}) => key.startsWith('assignments/'))

describe('an engine', () => {
  let room: EngineRoom
  beforeEach(() => {
    room = new EngineRoom()
  })
  afterEach(async () => await room.close())

  test('leads, places what is wanted and follows what changes', async () => {
    await room.tell({machines: ['a'], units: ['x']})
    await room.engine('a')
    await room.stands('x on a')
    expect(await room.leader()).toBe('a')
    await room.tell({machines: ['b'], units: ['y']})
    await room.stands('x on a', 'y on b')
    await room.write([remove(keys.unit(fullName('x')))])
    await room.stands('y on b')
  })

  test('writes nothing at rest', async () => {
    await room.tell({machines: ['a'], units: ['x', 'lonely: MachineMetadata=role=db']})
    const engine = await room.engine('a')
    await room.stands('x on a')
    await room.sees('the refusal', view => view.refusals.size === 1)
    const written = room.store.commits.length
    for (const reports of ['1', '2', '3']) {
      await room.tell({states: [`x on a gen=${reports}`]})
      await room.tell({raw: {'files/none': reports}})
    }
    await room.tell({machines: ['b']})
    await room.sees(
      'the refusal told anew',
      view => view.refusals.get('lonely.service')?.reason.startsWith('2 machines') === true,
    )
    expect(room.store.commits.length).toBe(written + 1)
    expect(engine.lines.filter(line => line.startsWith('info no place'))).toHaveLength(2)
  })

  test('withdraws a refusal when the unit finds a place', async () => {
    await room.engine('a')
    await room.tell({units: ['x']})
    await room.sees('the refusal', view => view.refusals.get('x.service')?.reason === 'no machine is registered')
    await room.tell({machines: ['a']})
    await room.stands('x on a')
    expect((await room.view()).refusals.size).toBe(0)
  })

  test('places more units than one commit holds', async () => {
    const units = Array.from({length: 300}, (_, index) => `u@${index + 1}`)
    await room.tell({machines: ['a', 'b', 'c'], units})
    await room.engine('a')
    await room.sees('all placed', view => [...view.allAssignments()].length === 300)
    expect(room.store.commits.filter(isAssignment)).toHaveLength(3)
    expect([...(await room.view()).assignments].map(([machine, placed]) => [machine, placed.size]).sort()).toEqual([
      ['a', 100],
      ['b', 100],
      ['c', 100],
    ])
  })

  test('waits for one on its way out before it places another in conflict with it', async () => {
    await room.tell({machines: ['a'], units: ['x', 'y: Conflicts=x.*'], placed: ['x on a'], states: ['x on a']})
    await room.engine('a')
    await room.sees('y refused', view => view.refusals.has('y.service'))
    await room.write([remove(keys.unit('x.service'))])
    await room.stands()
    await room.write([remove(keys.state('a', 'x.service'))])
    await room.stands('y on a')
  })

  test('goes on beside what cannot be read, and says so once', async () => {
    await room.tell({
      machines: ['a'],
      units: ['x'],
      placed: ['bad on lost'],
      raw: {'units/bad.service': '{nonsense', 'machines/c': '[]'},
    })
    const engine = await room.engine('a')
    await room.stands('x on a', 'bad on lost')
    await room.tell({units: ['y']})
    await room.stands('x on a', 'y on a', 'bad on lost')
    const errors = engine.lines.filter(line => line.startsWith('error')).sort()
    expect(errors).toEqual([
      expect.stringContaining('cannot read machines/c: no schema number'),
      expect.stringContaining('cannot read units/bad.service: not JSON'),
    ])
    await room.tell({units: ['bad']})
    await room.stands('x on a', 'y on a', 'bad on a')
  })

  test('places the units of a lost machine again', async () => {
    const [here, there] = [await room.store.openSession(60), await room.store.openSession(60)]
    await room.tell({machines: ['a']}, here)
    await room.tell({machines: ['b']}, there)
    await room.tell({units: ['x', 'y']})
    await room.engine('a')
    await room.stands('x on a', 'y on b')
    room.store.inner.expireSession(there.id)
    await room.stands('x on a', 'y on a')
  })

  test('holds while many machines are lost at once, and goes on when they return', async () => {
    // One lease for three machines: they are lost in one revision, so in one look.
    const shared = await room.store.openSession(60)
    await room.tell({machines: ['a']})
    await room.tell({machines: ['b', 'c', 'd']}, shared)
    await room.tell({units: ['u@1', 'u@2', 'u@3', 'u@4']})
    const engine = await room.engine('a')
    const all = ['u@1 on a', 'u@2 on b', 'u@3 on c', 'u@4 on d']
    await room.stands(...all)
    room.store.inner.expireSession(shared.id)
    await room.sees('the hold', view => view.hold?.startsWith('3 of 4 machines were lost') === true)
    await room.stands(...all)
    await room.tell({units: ['new']})
    await room.stands(...all, 'new on a')
    await room.tell({machines: ['b', 'c']})
    await room.sees('no hold', view => view.hold === undefined)
    await room.sees('u@4 elsewhere', view => view.assignments.get('d') === undefined)
    expect(engine.lines.filter(line => line.startsWith('warning'))).toEqual([
      expect.stringContaining('warning holding: 3 of 4'),
      'warning going on: no longer holding',
    ])
  })

  test('holds also when leases that were cut together end one after the other', async () => {
    const sessions = await Promise.all(['b', 'c', 'd'].map(async id => ({id, session: await room.store.openSession(60)})))
    await room.tell({machines: ['a']})
    for (const {id, session} of sessions) await room.tell({machines: [id]}, session)
    await room.tell({units: ['u@1', 'u@2', 'u@3', 'u@4']})
    await room.engine('a')
    await room.stands('u@1 on a', 'u@2 on b', 'u@3 on c', 'u@4 on d')
    const [b, c, d] = sessions
    room.store.inner.expireSession(b?.session.id ?? '')
    await room.stands('u@1 on a', 'u@2 on a', 'u@3 on c', 'u@4 on d')
    room.store.inner.expireSession(c?.session.id ?? '')
    await room.sees('c is empty', view => !view.assignments.has('c'))
    room.store.inner.expireSession(d?.session.id ?? '')
    await room.sees('the hold', view => view.hold?.startsWith('3 of 4 machines were lost') === true)
    expect((await room.view()).assignments.get('d')?.has('u@4.service')).toBe(true)
  })

  test('goes on when the operator says that the machines will not come back', async () => {
    await room.tell({machines: ['a'], units: ['x', 'y', 'z'], placed: ['x on b', 'y on c', 'z on d']})
    await room.engine('a')
    await room.sees('the hold', view => view.hold !== undefined)
    await room.tell({gone: ['b']})
    await room.stands('x on a', 'y on a', 'z on a')
    await room.sees('no hold', view => view.hold === undefined)
  })
})

describe('candidates', () => {
  let room: EngineRoom
  beforeEach(() => {
    room = new EngineRoom()
  })
  afterEach(async () => await room.close())

  test('one leads, the others know nothing; the next goes on where it ended', async () => {
    await room.tell({machines: ['m'], units: ['x']})
    const first = await room.engine('first')
    await room.stands('x on m')
    const second = await room.engine('second')
    room.store.inner.expireSession(first.session.id)
    await first.ended
    await room.tell({units: ['y']})
    await room.stands('x on m', 'y on m')
    expect(await room.leader()).toBe('second')
    expect(first.lines.at(-1)).toBe('info leading no more')
    expect(second.lines).toEqual(['info leading the cluster', 'info place y.service on m: the only machine that fits'])
  })

  test('the next finishes what the one before had only begun', async () => {
    const units = Array.from({length: 300}, (_, index) => `u@${index + 1}`)
    await room.tell({machines: ['m'], units})
    const first = await room.engine('first')
    let batches = 0
    room.store.beforeCommit = writes => {
      if (isAssignment(writes) && ++batches === 2) room.store.inner.expireSession(first.session.id)
    }
    await first.ended
    expect([...(await room.view()).allAssignments()]).toHaveLength(127)
    await room.engine('second')
    await room.sees('all placed', view => [...view.allAssignments()].length === 300)
  })

  test('what a deposed leader still writes is refused', async () => {
    const first = await room.engine('first')
    await until('the first leads', () => first.lines.includes('info leading the cluster'))
    const second = await room.engine('second')
    let deposed = false
    room.store.beforeCommit = async writes => {
      if (deposed || !isAssignment(writes)) return
      deposed = true
      // Between its plan and its commit another leads, and takes the unit away.
      await room.write([remove(keys.leader), remove(keys.unit('x.service'))])
      await until('the second leads', () => second.lines.includes('info leading the cluster'))
    }
    await room.tell({machines: ['m'], units: ['x', 'y']})
    await room.stands('y on m')
    expect(first.lines).toContain('info place x.service on m: the only machine that fits')
    expect(second.lines).not.toContain('info place x.service on m: the only machine that fits')
    await until('the first leads no more', () => first.lines.includes('info leading no more'))
    expect(await room.leader()).toBe('second')
  })

  test('one whose leader key is taken away leads anew', async () => {
    const only = await room.engine('only')
    await until('it leads', () => only.lines.includes('info leading the cluster'))
    await room.write([remove(keys.leader)])
    await room.tell({machines: ['m'], units: ['x']})
    await room.stands('x on m')
    await until('it leads anew', () => only.lines.filter(line => line === 'info leading the cluster').length === 2)
  })

  test('one that cannot reach the store tries again', async () => {
    await room.tell({machines: ['m'], units: ['x']})
    let failures = 2
    room.store.beforeCommit = writes => {
      if (isAssignment(writes) && failures-- > 0) throw new UnreachableError('etcd is away')
    }
    const engine = await room.engine('m')
    await room.stands('x on m')
    expect(engine.lines.filter(line => line === 'warning leading is interrupted: etcd is away')).toHaveLength(2)
  })

  test('one that is told to stop resigns, and another leads at once', async () => {
    const first = await room.engine('first')
    await until('the first leads', () => first.lines.includes('info leading the cluster'))
    const second = await room.engine('second')
    first.stop()
    await first.ended
    await until('the second leads', () => second.lines.includes('info leading the cluster'))
    expect(await room.leader()).toBe('second')
  })

  test('one that waits ends with its signal, and with its session', async () => {
    const leader = await room.engine('leader')
    await until('it leads', () => leader.lines.includes('info leading the cluster'))
    const [told, lost] = [await room.engine('told'), await room.engine('lost')]
    told.stop()
    room.store.inner.expireSession(lost.session.id)
    await Promise.all([told.ended, lost.ended])
    expect([...told.lines, ...lost.lines]).toEqual([])
    expect(await room.leader()).toBe('leader')
  })
})
