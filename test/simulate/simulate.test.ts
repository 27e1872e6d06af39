import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import type {Scenario} from '../../src/lib/simulate/scenario.ts'
import {machines, play, told, units} from './stories.ts'

interface Case {
  readonly name: string
  readonly story: Partial<Scenario>
  readonly phases: readonly string[]
  readonly missing?: readonly string[]
  readonly hold?: RegExp
}

const zone2 = {kind: 'metadata', key: 'zone', value: '2'} as const
const apart = units('web', 4, 'Conflicts=web@*.service')

const cases: readonly Case[] = [
  {
    name: 'all have a place, and run after their time',
    story: {machines: [machines(3)], units: [units('web', 6, 'Requests=cpu=1')]},
    phases: ['begin: 6 placed, rests in 5 s'],
  },
  {
    name: 'what does not fit is missing, with the reason',
    story: {machines: [machines(2)], units: [units('big', 3, 'Requests=memory=6G')]},
    phases: ['begin: 2 placed, 1 missing, rests in 5 s'],
    missing: ['2 machines: 2 have less memory free than the 6G it needs (2G at most): big@3.service'],
  },
  {
    name: 'units of a lost zone move',
    story: {
      machines: [machines(6)],
      units: [units('web', 6)],
      events: [{atSeconds: 60, kind: 'lose', which: zone2, forget: false}],
    },
    phases: ['begin: 6 placed, rests in 5 s', 'lose zone=2: 2 moved, rests in 5 s'],
  },
  {
    name: 'units of a lost zone that fit nowhere else are missing, and come back with new machines',
    story: {
      machines: [machines(3)],
      units: [units('web', 3, 'Conflicts=web@*.service')],
      events: [
        {atSeconds: 60, kind: 'lose', which: zone2, forget: false},
        {atSeconds: 120, kind: 'add', count: 1},
      ],
    },
    phases: ['begin: 3 placed, rests in 5 s', 'lose zone=2: 1 off, 1 missing, rests in 0 s', 'add 1: 1 placed, rests in 5 s'],
  },
  {
    name: 'the engine holds when too many are lost at once',
    story: {
      machines: [machines(6)],
      units: [units('web', 6)],
      events: [{atSeconds: 60, kind: 'lose', which: {kind: 'count', count: 3}, forget: false}],
    },
    phases: ['begin: 6 placed, rests in 5 s', 'lose count=3: 3 missing, rests in 0 s'],
    missing: [
      '3 of 6 machines were lost at once: their units stay theirs until the machines return or `ctl forget-machine` says that they will not: web@1.service, web@3.service, web@5.service',
    ],
    hold: /^3 of 6 machines were lost at once/,
  },
  {
    name: 'and goes on when they are said to be gone',
    story: {
      machines: [machines(6)],
      units: [units('web', 6)],
      events: [{atSeconds: 60, kind: 'lose', which: {kind: 'count', count: 3}, forget: true}],
    },
    phases: ['begin: 6 placed, rests in 5 s', 'lose count=3: 3 moved, rests in 5 s'],
  },
  {
    name: 'a drained machine gives away its units',
    story: {
      machines: [machines(3)],
      units: [units('web', 3)],
      events: [{atSeconds: 60, kind: 'drain', which: {kind: 'named', names: ['m-1']}}],
    },
    phases: ['begin: 3 placed, rests in 5 s', 'drain machine=m-1: 1 moved, rests in 5 s'],
  },
  {
    name: 'who makes way has stopped before the other comes',
    story: {
      machines: [machines(1)],
      units: [units('low', 1, 'Requests=cpu=4', 'Priority=10')],
      events: [{atSeconds: 60, kind: 'start-units', group: units('high', undefined, 'Requests=cpu=4', 'Priority=90')}],
    },
    phases: ['begin: 1 placed, rests in 5 s', 'start high: 1 placed, 1 off, 1 missing, rests in 7 s'],
    missing: ['gave way to high.service; 1 machine: 1 has 0 cpu free of the 4 it needs: low@1.service'],
  },
  {
    name: 'stopped units keep their place, unloaded ones give it up',
    story: {
      machines: [machines(4)],
      units: [apart],
      events: [
        {atSeconds: 60, kind: 'stop', glob: 'web@*'},
        {atSeconds: 120, kind: 'unload', glob: 'web@1.service'},
        {atSeconds: 180, kind: 'start', glob: 'web@*'},
      ],
    },
    phases: [
      'begin: 4 placed, rests in 5 s',
      'stop web@*: rests in 0 s',
      'unload web@1.service: 1 off, rests in 2 s',
      'start web@*: 1 placed, rests in 5 s',
    ],
  },
  {
    name: 'an event may come before all has come to rest',
    story: {
      machines: [machines(3)],
      units: [units('web', 3)],
      events: [{atSeconds: 2, kind: 'lose', which: zone2, forget: false}],
    },
    phases: ['begin: 3 placed, no rest', 'lose zone=2: 1 moved, rests in 5 s'],
  },
]

describe('a scenario', () => {
  test.each(cases)('$name', ({story, phases, missing, hold}) => {
    const simulation = play(story)
    expect(simulation.phases.map(told)).toEqual(phases)
    const found = simulation.end.missing.map(({reason, units: names}) => `${reason}: ${names.join(', ')}`)
    if (phases.at(-1)?.includes('missing')) expect(found).toEqual(missing)
    else expect(found).toEqual([])
    if (hold === undefined) expect(simulation.hold).toBeUndefined()
    else expect(simulation.hold).toMatch(hold)
  })

  test('shows how the machines are filled', () => {
    const {end} = play({machines: [machines(6)], units: [units('web', 3, 'Requests=cpu=2 memory=1G')]})
    expect(end).toMatchObject({machines: 6, wanted: 3, placed: 3, unitsByMachine: {min: 0, median: 0.5, max: 1}})
    expect(end.resources[0]).toEqual({
      ...{resource: 'cpu', allocated: 6, capacity: 24, byMachine: {min: 0, median: 0.25, max: 0.5}},
      tenths: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0],
    })
    expect(end.places.map(({key, value, machines: count, units: here}) => `${key}=${value} ${count} ${here}`)).toEqual([
      'zone=1 2 1',
      'zone=2 2 1',
      'zone=3 2 1',
    ])
  })

  test.each([
    {name: 'a machine', event: {kind: 'lose', which: {kind: 'named', names: ['x']}, forget: false}},
    {name: 'a zone', event: {kind: 'drain', which: {kind: 'metadata', key: 'zone', value: '9'}}},
    {name: 'a unit', event: {kind: 'stop', glob: 'x@*'}},
  ] as const)('that speaks of $name that is not there is refused', ({event}) => {
    expect(() => play({machines: [machines(3)], events: [{atSeconds: 1, ...event}]})).toThrow(NotFoundError)
  })

  test('with a unit file that would be refused is refused', () => {
    expect(() => play({units: [units('web', 1, 'Conflict=web@*')]})).toThrow(UsageError)
  })
})

describe('any scenario', () => {
  const unitGroup = fc.record({
    count: fc.integer({min: 1, max: 6}),
    cpu: fc.integer({min: 0, max: 5}),
    memory: fc.integer({min: 0, max: 9}),
    apart: fc.boolean(),
  })
  const story = fc.record({
    machines: fc.integer({min: 1, max: 7}),
    groups: fc.array(unitGroup, {maxLength: 4}),
    lost: fc.integer({min: 0, max: 4}),
    forget: fc.boolean(),
    added: fc.integer({min: 0, max: 3}),
  })

  test('ends the same every time, rests, and fills no machine beyond what it has', () => {
    fc.assert(
      fc.property(story, ({machines: count, groups, lost, forget, added}) => {
        const given: Partial<Scenario> = {
          machines: [machines(count)],
          units: groups.map(({count: instances, cpu, memory, apart: conflicts}, index) =>
            units(
              `u${index}`,
              instances,
              `Requests=cpu=${cpu} memory=${memory}G`,
              conflicts ? `Conflicts=u${index}@*.service` : '',
            ),
          ),
          events: [
            ...(lost > 0 && lost < count
              ? [{atSeconds: 3, kind: 'lose', which: {kind: 'count', count: lost}, forget} as const]
              : []),
            ...(added > 0 ? [{atSeconds: 60, kind: 'add', count: added} as const] : []),
          ],
        }
        const simulation = play(given)
        expect(play(given)).toEqual(simulation)
        expect(simulation.phases.at(-1)?.restedAfterSeconds).toBeDefined()
        for (const {byMachine} of simulation.end.resources) expect(byMachine.max).toBeLessThanOrEqual(1)
        const missing = simulation.end.missing.reduce((sum, {units: names}) => sum + names.length, 0)
        expect(simulation.end.placed + missing).toBe(simulation.end.wanted)
      }),
      {numRuns: 60},
    )
  })
})
