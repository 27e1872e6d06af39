import {describe, expect, test} from 'vitest'
import {Memories} from '../../src/lib/agent/memories.ts'
import {reportUnit} from '../../src/lib/agent/report.ts'
import type {Memory, Wanted} from '../../src/lib/agent/situation.ts'
import type {UnitState} from '../../src/lib/cluster/model.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {endedRun, memoryFor, now, runOf, situationOf, unitText, wantedOf} from '../fakes/situation.ts'

const name = 'web.service'
const web = wantedOf()
const older = wantedOf(unitText(), {generation: 0})

function stateOf(wanted: Wanted, parts: Partial<UnitState> = {}): UnitState {
  const {file, identity} = wanted
  const running = {load: 'loaded', active: 'active', sub: 'running'} as const
  const past = {restarts: 3, starts: [now - 5_000], since: now - 1_000}
  return {machine: 'm1', unit: name, file, generation: identity.generation, ...running, ...past, ...parts}
}

describe('what an agent remembers', () => {
  test('every start is counted, and all but the first are restarts', () => {
    const memories = new Memories()
    for (const at of [1, 2, 3]) memories.started(name, web.identity, at)
    expect(memories.all.get(name)).toEqual({identity: web.identity, starts: [1, 2, 3], restarts: 2, done: false})
  })

  test('a new start forgets the failure before it, but not yet its last lines', () => {
    const memories = new Memories()
    memories.started(name, web.identity, 1)
    memories.startFailed(web, {at: 2, message: 'no such image', final: false})
    memories.collected(name, runOf(web), ['one'])
    expect(memories.all.get(name)).toMatchObject({ending: {at: 2, message: 'no such image'}, log: {lines: ['one']}})
    memories.started(name, web.identity, 3)
    expect(memories.all.get(name)).not.toHaveProperty('ending')
    expect(memories.all.get(name)).toMatchObject({log: {lines: ['one']}})
  })

  test('another generation begins from nothing', () => {
    const memories = new Memories()
    memories.started(name, older.identity, 1)
    memories.startFailed(older, {at: 1, message: 'no such image', final: false})
    memories.started(name, web.identity, 2)
    expect(memories.all.get(name)).toEqual({identity: web.identity, starts: [2], restarts: 0, done: false})
  })

  const oneshot = wantedOf(unitText('Type=oneshot'))
  test.each<[name: string, run: Run, wanted: Wanted, done: boolean]>([
    ['succeeded', endedRun(oneshot, 0), oneshot, true],
    ['failed', endedRun(oneshot, 1), oneshot, false],
    ['is under way', runOf(oneshot), oneshot, false],
    ['succeeded in an older generation', endedRun({...oneshot, identity: older.identity}, 0), oneshot, false],
    ['is no oneshot', endedRun(web, 0), web, false],
  ])('a run that is there and %s', (_, run, wanted, done) => {
    const memories = new Memories()
    memories.started(name, wanted.identity, 7)
    memories.seen(run, wanted)
    expect(memories.all.get(name)).toMatchObject({identity: wanted.identity, starts: [7], done})
  })

  test('units that are no concern any more are forgotten', () => {
    const memories = new Memories()
    memories.started('a.service', web.identity, 1)
    memories.started('b.service', web.identity, 1)
    memories.keepOnly(unit => unit === 'b.service')
    expect([...memories.all.keys()]).toEqual(['b.service'])
  })
})

describe('what a new agent takes from the state that was reported', () => {
  test.each<[name: string, state: UnitState | undefined, memory: Partial<Memory> | undefined]>([
    ['nothing was', undefined, undefined],
    ['it is of another file', stateOf(wantedOf(unitText('Restart=always'))), undefined],
    ['it is of another generation', stateOf(older), undefined],
    ['it runs', stateOf(web, {container: 'r1'}), {starts: [now - 5_000], restarts: 3, done: false}],
    ['it is done', stateOf(web, {active: 'inactive', sub: 'dead', done: true}), {done: true}],
    [
      'it failed, with its last lines',
      stateOf(web, {active: 'failed', sub: 'failed', container: 'r1', exitCode: 3, log: ['one']}),
      {log: {run: 'r1', lines: ['one']}},
    ],
    [
      'it could not be started',
      stateOf(web, {active: 'failed', sub: 'failed', reason: 'no such image; tried', startError: 'no such image'}),
      {ending: {at: now - 1_000, message: 'no such image'}},
    ],
    [
      'it could not be started once more, and was failed already before that',
      stateOf(web, {active: 'failed', sub: 'failed', startError: 'no such image', starts: [now - 9_000, now - 500]}),
      {ending: {at: now - 500, message: 'no such image'}},
    ],
    [
      'it could not be started, and its run was made',
      stateOf(web, {active: 'activating', sub: 'auto-restart', container: 'r1', startError: 'port is taken'}),
      {ending: {at: now - 1_000, message: 'port is taken'}},
    ],
  ])('%s', (_, state, memory) => {
    const memories = new Memories()
    memories.recall(web, state)
    if (memory === undefined) expect(memories.all.size).toBe(0)
    else expect(memories.all.get(name)).toMatchObject({identity: web.identity, ...memory})
  })

  test('what is known already stands', () => {
    const memories = new Memories()
    memories.started(name, web.identity, 7)
    memories.recall(web, stateOf(web))
    expect(memories.all.get(name)?.starts).toEqual([7])
  })

  const limited = wantedOf(unitText('Restart=always\nStartLimitBurst=2'))
  const always = wantedOf(unitText('Restart=always\nRestartSec=60'))
  const starts = [now - 2_000, now - 1_000]
  test.each<[name: string, wanted: Wanted, run: Run | undefined, memory: Partial<Memory>]>([
    ['no image, tried again', always, undefined, {ending: {at: now, message: 'no such image'}}],
    ['no image, given up', limited, undefined, {starts, ending: {at: now, message: 'no such image'}}],
    [
      'no start, given up',
      limited,
      runOf(limited, {phase: 'created', exitCode: 128}),
      {starts, ending: {at: now, message: 'port'}},
    ],
    ['crashed, tried again', always, endedRun(always, 3), {log: {run: 'r', lines: ['one']}}],
    ['crashed, given up', limited, endedRun(limited, 3), {starts, log: {run: 'r', lines: ['one']}}],
    ['killed for want of memory', limited, endedRun(limited, 137, 9, {oomKilled: true}), {starts, log: {run: 'r', lines: []}}],
    ['done', wantedOf(unitText('Type=oneshot')), undefined, {done: true}],
  ])('and reports the very same: %s', (_, wanted, made, parts) => {
    const run = made === undefined ? undefined : {...made, id: 'r'}
    const report = (memory: Memory | undefined) =>
      reportUnit(situationOf({wanted: [wanted], memories: memory === undefined ? {} : {[name]: memory}}), wanted, run, {
        machine: 'm1',
        doing: undefined,
      }).state
    const before = report(memoryFor(wanted, parts))
    if (before === undefined) throw new Error('it is known')
    const memories = new Memories()
    memories.recall(wanted, {...before, since: now})
    expect(report(memories.all.get(name))).toEqual(before)
  })
})
