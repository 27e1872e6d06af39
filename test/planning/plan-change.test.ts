import {describe, expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {machineSettingsSchema} from '../../src/lib/cluster/model.ts'
import type {Change} from '../../src/lib/planning/change.ts'
import {copyView} from '../../src/lib/planning/copy-view.ts'
import {planChange} from '../../src/lib/planning/plan-change.ts'
import {whyUnits} from '../../src/lib/planning/why-unit.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {type StoredStory, textOf, viewOf} from '../fakes/engine-story.ts'
import {fullName} from '../fakes/snapshot.ts'

type Case = readonly [name: string, story: StoredStory, change: Change, lines: readonly string[]]

const moment = {revision: 1000, now: 0}

function wish(wish: 'start' | 'stop' | 'restart' | 'unload' | 'destroy' | 'load', ...units: readonly string[]): Change {
  return {kind: 'wish', wish, units: units.map(fullName), submissions: [], replace: false}
}

/** The lines of a plan, the sum last. */
function lines(story: StoredStory, change: Change): readonly string[] {
  const {outcomes, summary, fits, rests} = planChange(viewOf(story), change, moment)
  expect(rests).toBe(true)
  return [
    ...outcomes.map(({text}) => text.replaceAll('/127.0.0.1', '').replaceAll('.service', '')),
    `${fits ? 'fits' : 'does not'}: ${summary}`,
  ]
}

test.each<Case>([
  [
    'a unit is started',
    {machines: ['a', 'b'], units: ['x', 'z inactive'], placed: ['x on a']},
    wish('start', 'z'),
    ['place z on b: least loaded of 2 machines that fit', 'fits: 1 is placed'],
  ],
  [
    'one that fits nowhere',
    {machines: ['a'], units: ['z inactive: MachineMetadata=role=db']},
    wish('start', 'z'),
    ['refuse z: 1 machine: 1 lacks role=db', 'does not: 1 will not fit'],
  ],
  [
    'one that others give way to, and where those go',
    {
      machines: ['a role=web', 'b'],
      units: ['x: Priority=10; Ports=80', 'z inactive: Priority=90; MachineMetadata=role=web; Ports=80'],
      placed: ['x on a'],
      states: ['x on a'],
    },
    wish('start', 'z'),
    [
      'move x from a to b: it gives way to z, priority 90 over 10; least loaded of 2 machines that fit',
      'place z on a: room came free for it',
      'fits: 1 is placed, 1 moves',
    ],
  ],
  [
    'one that loses its place for good',
    {
      machines: ['a'],
      units: ['x: Priority=10; Ports=80', 'z inactive: Priority=90; Ports=80'],
      placed: ['x on a'],
      states: ['x on a'],
    },
    wish('start', 'z'),
    [
      'evict x from a: it gives way to z, priority 90 over 10; 1 machine: 1 has port 80 taken by z',
      'place z on a: room came free for it',
      'does not: 1 is placed, 1 is evicted, 1 will not fit',
    ],
  ],
  [
    'a unit is stopped and stays where it is',
    {machines: ['a'], units: ['x'], placed: ['x on a'], states: ['x on a']},
    wish('stop', 'x'),
    ['stop x on a', 'fits: 1 stops'],
  ],
  [
    'a loaded unit is started',
    {machines: ['a'], units: ['x loaded'], placed: ['x on a loaded']},
    wish('start', 'x'),
    ['start x on a', 'fits: 1 starts'],
  ],
  [
    'a unit is started anew',
    {machines: ['a'], units: ['x'], placed: ['x on a'], states: ['x on a']},
    wish('restart', 'x'),
    ['restart x on a', 'fits: 1 restarts'],
  ],
  [
    'a unit goes, and another gets its place',
    {machines: ['a'], units: ['x: Ports=80', 'y: Ports=80'], placed: ['x on a'], states: ['x on a']},
    wish('destroy', 'x'),
    ['place y on a: room came free for it', 'stop x on a', 'fits: 1 is placed, 1 stops'],
  ],
  [
    'what is so already',
    {machines: ['a'], units: ['x'], placed: ['x on a'], states: ['x on a']},
    wish('start', 'x'),
    ['fits: nothing changes'],
  ],
  [
    'a machine is emptied',
    {machines: ['a', 'b'], units: ['x', 'y', 'g: Global=true'], placed: ['x on a', 'y on b', 'g on a', 'g on b']},
    {kind: 'drain', machines: ['a']},
    [
      'move x from a to b: machine a is leaving; the only machine that fits',
      'stop g on a: machine a is leaving',
      'fits: 1 moves, 1 stops',
    ],
  ],
  [
    'a machine is lost, and one of its units has nowhere to go',
    {machines: ['a disk=ssd', 'b'], units: ['x', 'y: MachineMetadata=disk=ssd'], placed: ['x on a', 'y on a']},
    {kind: 'lose', machines: ['a']},
    [
      'evict y from a: machine a is lost; 1 machine: 1 lacks disk=ssd',
      'move x from a to b: machine a is lost; the only machine that fits',
      'does not: 1 moves, 1 is evicted, 1 will not fit',
    ],
  ],
])('%s', (_, story, change, expected) => {
  expect(lines(story, change)).toEqual(expected)
})

describe('a plan', () => {
  const story: StoredStory = {
    machines: ['a', 'b', 'c', 'd'],
    units: ['x', 'y', 'z'],
    placed: ['x on a', 'y on b', 'z on c'],
  }

  test('says when the engine would hold', () => {
    const {hold, outcomes, fits} = planChange(viewOf(story), {kind: 'lose', machines: ['a', 'b', 'c']}, moment)
    expect(hold).toMatch(/^3 of 4 machines were lost at once/)
    expect(outcomes.map(({kind, unit}) => `${kind} ${unit}`)).toEqual(['lost x.service', 'lost y.service', 'lost z.service'])
    expect(fits).toBe(true)
  })

  test('knows files that the cluster does not', () => {
    const submissions = [{name: 'new.service', text: textOf('v9', ['MachineMetadata=role=db'])}]
    const change: Change = {kind: 'wish', wish: 'start', units: ['new.service'], submissions, replace: false}
    const {outcomes} = planChange(viewOf(story), change, moment)
    expect(outcomes.map(({text}) => text)).toEqual(['refuse new.service: 4 machines: 4 lack role=db'])
    expect(outcomes[0]?.nearest).toMatchObject({name: 'a', remedy: 'role=db is set there'})
  })

  test('leaves what it looked at as it was', () => {
    const view = viewOf(story)
    const before = copyView(view)
    planChange(view, {kind: 'lose', machines: ['a']}, moment)
    planChange(view, wish('destroy', 'x', 'y'), moment)
    planChange(view, {kind: 'drain', machines: ['b']}, moment)
    expect(view).toEqual(before)
  })
})

describe('a machine that is drained until a deadline', () => {
  const drained = encode(machineSettingsSchema, {drain: {maxParallel: 1, deadline: 500}})
  const view = viewOf({
    machines: ['a', 'b cordoned'],
    units: ['x'],
    placed: ['x on a'],
    raw: {[keys.machineSettings('a')]: drained},
  })

  test.each([
    ['keeps before it what fits nowhere else', 499, true, 'stands'],
    ['keeps nothing after it', 500, false, 'refused'],
  ])('%s', (_, now, fits, verdict) => {
    expect(planChange(view, wish('start', 'x'), {revision: 1000, now}).fits).toBe(fits)
    expect(whyUnits(view, ['x.service'], {revision: 1000, now, all: true})).toMatchObject([{verdict, hasPlace: fits}])
  })
})
