import {describe, expect, test} from 'vitest'
import {describeMiss, groupMisses, missingMetadata, remedyFor} from '../../src/lib/scheduler/miss.ts'
import {explainer} from '../../src/lib/scheduler/why.ts'
import {fullName, type Story, snapshotOf} from '../fakes/snapshot.ts'

type Case = readonly [name: string, story: Story, unit: string, lines: readonly string[]]

/** `x refused`, then each machine, the nearest first. */
function tell(story: Story, unit: string): readonly string[] {
  const {verdict, prospects, victims} = explainer(snapshotOf(story))(fullName(unit), {near: 5})
  return [
    [verdict, ...victims.map(victim => `${victim.unit} leaves ${victim.machine}`)].join(', '),
    ...prospects.map(prospect => {
      const {label, stands, cost, objections} = prospect
      const remedy = remedyFor(prospect)
      const text = objections.length === 0 ? `cost ${Math.round((cost ?? 0) * 10) / 10}` : describeMiss(prospect)
      return `${label}: ${stands ? 'stands, ' : ''}${text}${remedy === undefined ? '' : `; if ${remedy}`}`
    }),
  ]
}

const heavy = (name: string, memory: string) => `${name}: Requests=memory=${memory}`

test.each<Case>([
  [
    'the smallest shortage first, with who could go where',
    {
      machines: ['a memory:1G', 'b memory:1G', 'c memory:512M'],
      units: [heavy('x', '900M'), heavy('web@3', '500M'), heavy('y', '200M'), heavy('z', '600M')],
      placed: ['x on a', 'web@3 on b', 'y on c'],
    },
    'z',
    [
      'refused',
      'b: needs 600M memory, 524M free; if web@3.service stops',
      'a: needs 600M memory, 124M free; if x.service stops',
      'c: needs 600M memory, 312M free, and is too small',
    ],
  ],
  [
    'who can go elsewhere is named before who cannot',
    {
      machines: ['a memory:1G', 'b memory:300M'],
      units: [heavy('p', '500M'), heavy('q', '300M'), heavy('z', '500M')],
      placed: ['p on a', 'q on a'],
    },
    'z',
    [
      'refused',
      'a: needs 500M memory, 224M free; if q.service moves (b takes it)',
      'b: needs 500M memory, 300M free, and is too small',
    ],
  ],
  [
    'two have to go where one is not enough',
    {
      machines: ['a memory:1G'],
      units: [heavy('p', '300M'), heavy('q', '300M'), heavy('r', '300M'), heavy('z', '700M')],
      placed: ['p on a', 'q on a', 'r on a'],
    },
    'z',
    ['refused', 'a: needs 700M memory, 124M free; if p.service stops and q.service stops'],
  ],
  [
    'every objection of a machine, and what changes all of them',
    {
      machines: ['a role=web cpu:1 memory:1G cordoned'],
      units: ['x: Requests=cpu=1', 'z: MachineMetadata=role=db; Requests=cpu=1; Ports=80', 'p: Ports=80'],
      placed: ['x on a', 'p on a'],
    },
    'z',
    [
      'refused',
      'a: lacks role=db, has port 80 taken by p.service, needs 1 cpu, 0 free and is cordoned; ' +
        'if p.service stops, x.service stops, role=db is set there and it is uncordoned',
    ],
  ],
  [
    'every key and every condition by itself',
    {machines: ['a'], units: ['z: MachineMetadata=role=db; MachineMetadata=zone=1; MachineMetadata=kernel>=5']},
    'z',
    [
      'refused',
      'a: lacks role=db, lacks zone=1 and is not kernel>=5; if role=db is set there, zone=1 is set there and kernel>=5 holds there',
    ],
  ],
  [
    'all who conflict',
    {machines: ['a'], units: ['x', 'y', 'z: Conflicts=x.service y.service'], placed: ['x on a', 'y on a']},
    'z',
    ['refused', 'a: runs conflicting x.service and runs conflicting y.service; if x.service stops and y.service stops'],
  ],
  [
    'whom it must stand beside, and where that is',
    {machines: ['a', 'b cordoned'], units: ['db', 'z: MachineOf=db.service'], placed: ['db on b']},
    'z',
    ['refused', 'a: does not run db.service; if db.service comes there (it stands on b)', 'b: is cordoned; if it is uncordoned'],
  ],
  [
    'nothing helps where the driver is another',
    {machines: ['a systemd', 'b unreadable'], units: ['z']},
    'z',
    ['refused', 'a: lacks the docker driver', 'b: has a record that cannot be read'],
  ],
  [
    'a family that is full',
    {
      machines: ['a zone=1', 'b'],
      units: [
        'w@1: MaxPer=zone:1; MaxPerMachine=1',
        'w@2: MaxPer=zone:1; MaxPerMachine=1',
        'w@3: MaxPer=zone:1; MaxPerMachine=1',
      ],
      placed: ['w@1 on a', 'w@2 on b'],
    },
    'w@3',
    [
      'refused',
      'b: has 1 of w@* already; if w@2.service stops',
      'a: has 1 of w@* already and has 1 of w@* in zone=1 already; if w@1.service stops and one of w@* leaves zone=1',
    ],
  ],
  [
    'a placed unit: what its place costs, and the others',
    {
      machines: ['a cpu:4', 'b cpu:4', 'c cpu:4'],
      units: ['x: Requests=cpu=2', 'y: Requests=cpu=1', 'z: Requests=cpu=2'],
      placed: ['x on a', 'y on b', 'z on a'],
    },
    'z',
    ['stands', 'c: cost 0', 'b: cost 25.5', 'a: stands, cost 50.5'],
  ],
  [
    'a placed unit that could not come back',
    {machines: ['a cordoned'], units: ['z'], placed: ['z on a']},
    'z',
    ['stands', 'a: stands, is cordoned; if it is uncordoned'],
  ],
  [
    'a unit that gets a place',
    {machines: ['a', 'b'], units: ['x', 'z'], placed: ['x on a']},
    'z',
    ['fits', 'b: stands, cost 0', 'a: cost 0.5'],
  ],
  [
    'spread goes before cost',
    {
      machines: ['a zone=1', 'b zone=2'],
      units: ['w@1: Spread=zone', 'w@2: Spread=zone', 'x', 'y'],
      placed: ['w@1 on a', 'x on b', 'y on b'],
    },
    'w@2',
    ['fits', 'b: stands, cost 1', 'a: cost 0.5'],
  ],
  [
    'one for whom others give way',
    {
      machines: ['a memory:1G', 'b memory:1G'],
      units: ['x: Requests=memory=800M; Priority=20', 'y: Requests=memory=800M', 'z: Requests=memory=500M; Priority=90'],
      placed: ['x on a', 'y on b'],
    },
    'z',
    [
      'waits, x.service leaves a',
      'a: needs 500M memory, 224M free; if x.service has stopped',
      'b: needs 500M memory, 224M free; if y.service stops',
    ],
  ],
  [
    'one that is kept from a unit that still stops',
    {machines: ['a'], units: ['z: Conflicts=x.service'], stopping: ['x on a']},
    'z',
    ['waits', 'a: is still stopping conflicting x.service; if x.service has stopped'],
  ],
  [
    'one that has finished',
    {machines: ['a cordoned'], units: ['z finished']},
    'z',
    ['finished', 'a: is cordoned; if it is uncordoned'],
  ],
  ['one that cannot be read', {machines: ['a'], frozen: ['z'], placed: ['z on a']}, 'z', ['frozen']],
  ['one that nobody wants', {machines: ['a']}, 'z', ['unwanted']],
  ['no machine at all', {units: ['z']}, 'z', ['refused']],
])('%s', (_, story, unit, lines) => {
  expect(tell(story, unit)).toEqual(lines)
})

describe('many machines', () => {
  const prospects = explainer(
    snapshotOf({
      machines: [...Array.from({length: 40}, (_, at) => `m${at} role=web`), 'c1 cordoned role=db', 'c2 cordoned role=web'],
      units: ['z: MachineMetadata=role=db'],
    }),
  )('z.service', {near: 2}).prospects

  test('are grouped by what speaks against them', () => {
    expect(groupMisses(prospects).map(({count, text}) => `${count} ${text}`)).toEqual([
      '40 lack role=db',
      '1 is cordoned',
      '1 lacks role=db and is cordoned',
    ])
  })

  test('that lack one key are told with it', () => {
    expect(missingMetadata(prospects).map(({set, machines}) => `${set}: ${machines.length}`)).toEqual(['role=db: 40'])
  })

  test('the nearest come first', () => {
    expect(prospects.slice(0, 2).map(({label}) => label)).toEqual(['c1', 'm0'])
  })
})
