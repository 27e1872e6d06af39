import {describe, expect, test} from 'vitest'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {describeDecision, type EngineDecision, planEngine} from '../../src/lib/engine/plan.ts'
import {UnitShelf} from '../../src/lib/engine/unit-shelf.ts'
import {batchesOf} from '../../src/lib/engine/writes.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {type StoredStory, viewOf, writesFor} from '../fakes/engine-story.ts'

function plan(story: StoredStory): readonly string[] {
  return planEngine(viewOf(story), new UnitShelf()).decisions.map(describeDecision)
}

type Case = readonly [what: string, story: StoredStory, expected: readonly string[]]

describe('fleet’s reconciler', () => {
  test.each<Case>([
    ['no work', {machines: ['a']}, []],
    ['a unit that is placed and launched stays', {machines: ['a'], units: ['x'], placed: ['x on a']}, []],
    [
      'a lost machine: taken from there, placed elsewhere',
      {machines: ['b'], units: ['x'], placed: ['x on a']},
      ['take x.service from a: machine a is lost', 'place x.service on b: the only machine that fits'],
    ],
    [
      'an inactive unit is taken away',
      {machines: ['a'], units: ['x inactive'], placed: ['x on a']},
      ['take x.service from a: no longer wanted here'],
    ],
    ['a destroyed unit is taken away', {machines: ['a'], placed: ['x on a']}, ['take x.service from a: no longer wanted here']],
    ['a new unit is placed', {machines: ['a'], units: ['x loaded']}, ['place x.service on a: the only machine that fits']],
    ['an inactive unit is not placed', {machines: ['a'], units: ['x inactive']}, []],
  ])('%s', (_, story, expected) => {
    expect(plan(story)).toEqual(expected)
  })
})

describe('a family that keeps some', () => {
  const story = {
    machines: ['a', 'b'],
    units: [1, 2].map(i => `w@${i}: Requests=cpu=1; Priority=10; KeepAtLeast=1`).concat('vip: Requests=cpu=1; Priority=90'),
    placed: ['w@1 on a', 'w@2 on b'],
  }
  const goes = (name: string) => [`take ${name}.service: it gives way to vip.service, priority 90 over 10`]

  test.each<[what: string, states: readonly string[], victims: readonly string[]]>([
    ['gives one away if two run', ['w@1 on a', 'w@2 on b'], goes('w@1')],
    ['gives away the one that does not run', ['w@1 on a'], goes('w@2')],
    ['gives away the one that has failed', ['w@1 on a', 'w@2 on b failed'], goes('w@2')],
    ['gives nobody away if none runs yet', [], []],
    ['gives nobody away if none runs any more', ['w@1 on a failed', 'w@2 on b failed'], []],
  ])('%s', (_, states, victims) => {
    const taken = plan({...story, states}).filter(line => line.startsWith('take'))
    expect(taken.map(line => line.replace(/ from ./, ''))).toEqual(victims)
  })
})

describe('an assignment follows its unit', () => {
  const update = (reason: string) => [`update x.service on a: ${reason}`]
  const placed = {machines: ['a'], placed: ['x on a']}

  test.each<Case>([
    ['its file was replaced', {...placed, units: ['x image=v2']}, update('its unit file was replaced')],
    ['it is to be stopped', {...placed, units: ['x loaded']}, update('loaded is wanted')],
    ['it is to be started', {machines: ['a'], units: ['x'], placed: ['x on a loaded']}, update('launched is wanted')],
    ['it is to be restarted', {...placed, units: ['x gen=1']}, update('a fresh start is wanted')],
    ['all of it at once, told once', {...placed, units: ['x loaded gen=1 image=v2']}, update('its unit file was replaced')],
    [
      'a global on every machine',
      {machines: ['a', 'b'], units: ['x gen=1: Global=true'], placed: ['x on a', 'x on b']},
      [...update('a fresh start is wanted'), 'update x.service on b: a fresh start is wanted'],
    ],
    [
      'while its machine is held',
      {units: ['x gen=1', 'y', 'z'], placed: ['x on a', 'y on b', 'z on c']},
      update('a fresh start is wanted'),
    ],
    [
      'not one that is moved anyway',
      {machines: ['a', 'b role=db'], units: ['x image=v2: MachineMetadata=role=db'], placed: ['x on a']},
      ['take x.service from a: machine a lacks role=db', 'place x.service on b: the only machine that fits'],
    ],
    [
      'one that was about to leave and stays',
      {machines: ['a'], units: ['x image=v2: MachineOf=p.service', 'p: MachineOf=x.service'], placed: ['x on a']},
      ['place p.service on a: next to x.service', ...update('its unit file was replaced')],
    ],
  ])('%s', (_, story, expected) => {
    expect(plan(story)).toEqual(expected)
  })
})

describe('refusals', () => {
  const story: StoredStory = {machines: ['a'], units: ['x: MachineMetadata=role=db']}
  const why = '1 machine: 1 lacks role=db'
  /** The record of x is the third thing stored. */
  const told = {refusal: `{"schema":1,"unitRevision":3,"reason":"${why}"}`}

  test.each<Case>([
    ['the first time', story, [`no place for x.service: ${why}`]],
    ['told already', {...story, raw: {'refusals/x.service': told.refusal}}, []],
    ['told of an older record', {...story, refused: [`x: ${why}`]}, [`no place for x.service: ${why}`]],
    [
      'for another reason',
      {...story, raw: {'refusals/x.service': told.refusal.replace('db', 'web')}},
      [`no place for x.service: ${why}`],
    ],
    ['unreadable', {...story, raw: {'refusals/x.service': '{'}}, [`no place for x.service: ${why}`]],
    [
      'over: it has a place',
      {machines: ['a'], units: ['x'], placed: ['x on a'], refused: ['x: old']},
      ['x.service is not refused any more: placed, or no longer wanted'],
    ],
    [
      'over: it is inactive',
      {machines: ['a'], units: ['x inactive'], refused: ['x: old']},
      ['x.service is not refused any more: placed, or no longer wanted'],
    ],
    [
      'over: it is destroyed',
      {machines: ['a'], refused: ['x: old']},
      ['x.service is not refused any more: placed, or no longer wanted'],
    ],
    ['what passes by itself is not told', {machines: ['a'], units: ['x: Conflicts=y.*'], states: ['y on a']}, []],
    [
      'nor is what was told withdrawn for it',
      {machines: ['a'], units: ['x: Conflicts=y.*'], states: ['y on a'], refused: ['x: old']},
      [],
    ],
  ])('%s', (_, story, expected) => {
    expect(plan(story)).toEqual(expected)
  })
})

describe('states that a machine left behind', () => {
  const forget = (reason: string) => [`forget the state of x.service on gone: ${reason}`]

  test.each<Case>([
    ['the unit is destroyed', {machines: ['a'], states: ['x on gone']}, forget('the unit is destroyed')],
    ['the unit is unloaded', {machines: ['a'], units: ['x inactive'], states: ['x on gone']}, forget('the unit is unloaded')],
    [
      'the unit reports from elsewhere',
      {machines: ['a'], units: ['x'], placed: ['x on a'], states: ['x on a', 'x on gone']},
      forget('the unit reports from a'),
    ],
    [
      'the unit does not report from elsewhere yet',
      {machines: ['a'], units: ['x'], placed: ['x on a'], states: ['x on gone']},
      [],
    ],
    ['the success of a oneshot stays', {machines: ['a'], units: ['x'], states: ['x on gone done']}, []],
    [
      'the success of an older generation',
      {machines: ['a'], units: ['x gen=1'], placed: ['x on a gen=1'], states: ['x on gone done', 'x on a gen=1']},
      forget('the unit reports from a'),
    ],
    ['a machine that is there clears its own', {machines: ['a'], states: ['x on a']}, []],
    ['a machine that cannot be read may be there', {machines: ['a'], states: ['x on gone'], raw: {'machines/gone': '{'}}, []],
    ['a unit that cannot be read may be there', {machines: ['a'], states: ['x on gone'], raw: {'units/x.service': '{'}}, []],
    [
      'the machine is held',
      {machines: ['a'], units: ['x', 'y', 'z'], placed: ['x on gone', 'y on b', 'z on c'], states: ['x on gone']},
      [],
    ],
    [
      'an assignment there cannot be read',
      {machines: ['a'], units: ['x'], states: ['x on gone', 'x on a'], raw: {'assignments/gone/x.service': '{'}},
      [],
    ],
  ])('%s', (_, story, expected) => {
    expect(plan(story)).toEqual(expected)
  })
})

describe('what cannot be read is not taken for absent', () => {
  const newer = '{"schema":99}'

  test.each<Case>([
    ['a unit', {machines: ['a'], placed: ['x on a', 'x on lost'], raw: {'units/x.service': newer}}, []],
    ['a unit’s file that is missing', {machines: ['a'], units: ['x gen=1 lost-file'], placed: ['x on lost']}, []],
    ['an assignment', {machines: ['a', 'b'], units: ['x'], raw: {'assignments/b/x.service': newer}}, []],
    ['an assignment on a lost machine', {machines: ['a'], units: ['x'], raw: {'assignments/b/x.service': newer}}, []],
    ['an assignment of a unit that is not known', {machines: ['a'], raw: {'assignments/a/x.service': newer}}, []],
    [
      'a machine',
      {machines: ['a'], units: ['x', 'y: MachineMetadata=role=db'], placed: ['x on b', 'y on b'], raw: {'machines/b': newer}},
      [],
    ],
    [
      'a machine gets nothing new',
      {units: ['x'], raw: {'machines/b': newer}},
      ['no place for x.service: 1 machine: 1 has a record that cannot be read'],
    ],
    [
      'a machine’s settings: nothing new, and what stands there cannot be judged',
      {
        machines: ['a', 'b'],
        units: ['x: MachineMetadata=role=db', 'y', 'z'],
        placed: ['x on b', 'z on a'],
        raw: {'settings/machines/b': newer},
      },
      ['place y.service on a: the only machine that fits'],
    ],
    [
      'a state: what it speaks of may still have to stop',
      {machines: ['a'], units: ['x: Conflicts=y.*'], raw: {'states/a/y.service': newer}},
      [],
    ],
    [
      'a unit makes nobody leave',
      {
        machines: ['a'],
        units: ['x: Conflicts=z.*', 'y: MachineOf=x.service'],
        placed: ['x on a', 'y on a'],
        raw: {'units/u.service': newer},
      },
      [],
    ],
    [
      'a key of another’s',
      {machines: ['a'], units: ['x'], placed: ['x on a'], raw: {'future/thing': newer, 'units/no/unit': newer}},
      [],
    ],
  ])('%s', (_, story, expected) => {
    expect(plan(story)).toEqual(expected)
  })
})

test('a hold is told', () => {
  const story = {machines: ['a'], units: ['x', 'y', 'z'], placed: ['x on b', 'y on c', 'z on d']}
  expect(planEngine(viewOf(story), new UnitShelf()).hold).toMatch(/^3 of 4 machines were lost at once/)
  expect(planEngine(viewOf({...story, gone: ['d']}), new UnitShelf()).hold).toBeUndefined()
})

test.each<[EngineDecision, string]>([
  [{kind: 'place', unit: 'x', machine: 'a', reason: 'why'}, 'place x on a: why'],
  [{kind: 'evict', unit: 'x', machine: 'a', reason: 'why'}, 'take x from a: why'],
  [{kind: 'refuse', unit: 'x', objections: []}, 'no place for x: no machine is registered'],
  [{kind: 'update', unit: 'x', machine: 'a', reason: 'why'}, 'update x on a: why'],
  [{kind: 'withdraw', unit: 'x', reason: 'why'}, 'x is not refused any more: why'],
  [{kind: 'forget', unit: 'x', machine: 'a', reason: 'why'}, 'forget the state of x on a: why'],
])('%j in words', (decision, words) => {
  expect(describeDecision(decision)).toBe(words)
})

test('who gave way says to whom, for as long as it has no place', async () => {
  const store = new MemoryStore()
  const look = async () => {
    const before = ClusterView.of((await store.list([''])).entries)
    const {decisions} = planEngine(before, new UnitShelf())
    for (const batch of batchesOf(decisions, before, 100)) await store.commit([], batch)
    const {refusals} = ClusterView.of((await store.list([''])).entries)
    return [...refusals.values()].map(({unit, reason}) => `${unit}: ${reason}`)
  }
  await store.commit(
    [],
    writesFor({
      machines: ['a'],
      units: ['x: Priority=10; Requests=cpu=1', 'vip: Priority=90; Requests=cpu=1'],
      placed: ['x on a'],
    }),
  )
  const told = 'x.service: gave way to vip.service; 1 machine: 1 has 0 cpu free of the 1 it needs'
  for (let looks = 0; looks < 3; looks++) expect(await look()).toEqual([told])
  await store.commit([], [{kind: 'delete', key: keys.unit('vip.service')}])
  expect(await look()).toEqual([told])
  expect(await look()).toEqual([])
  store.close()
})
