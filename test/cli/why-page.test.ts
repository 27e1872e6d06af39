import {Chalk} from 'chalk'
import {expect, test} from 'vitest'
import {renderPlan} from '../../src/lib/cli/plan/page.ts'
import {renderWhy} from '../../src/lib/cli/plan/why-page.ts'
import {planChange} from '../../src/lib/planning/plan-change.ts'
import {whyUnits} from '../../src/lib/planning/why-unit.ts'
import {type StoredStory, viewOf} from '../fakes/engine-story.ts'

const plain = new Chalk({level: 0})
const colours = new Chalk({level: 1})

function page(
  story: StoredStory,
  unit: string,
  {width, chalk = plain, ...options}: {width?: number; chalk?: typeof plain; machine?: string; all?: boolean} = {},
) {
  const [why] = whyUnits(viewOf(story), [unit], {revision: 1000, now: 0, all: false, ...options})
  return why === undefined ? '' : renderWhy(why, {width, chalk}).replaceAll('/127.0.0.1', '')
}

const packed: StoredStory = {
  machines: ['a', 'b cordoned'],
  units: ['x: Requests=memory=600M', 'z: Requests=memory=500M'],
  placed: ['x on a'],
}

type Case = readonly [name: string, text: string, lines: readonly string[]]

test.each<Case>([
  [
    'a unit without a place',
    page(packed, 'z.service'),
    [
      'z.service has no place: 2 machines: 1 has 353.7M memory free of the 500M it needs, 1 is cordoned',
      '  a: needs 500M memory, 353.7M free; fits if x.service stops',
      '  b: is cordoned; fits if it is uncordoned',
    ],
  ],
  [
    'one machine of it',
    page(packed, 'z.service', {machine: 'b'}),
    [
      'z.service has no place: 2 machines: 1 has 353.7M memory free of the 500M it needs, 1 is cordoned',
      '  b: is cordoned; fits if it is uncordoned',
    ],
  ],
  [
    'a narrow terminal',
    page(packed, 'z.service', {width: 40}),
    [
      'z.service has no place: 2 machines: 1',
      '  has 353.7M memory free of the 500M it',
      '  needs, 1 is cordoned',
      '  a: needs 500M memory, 353.7M free;',
      '    fits if x.service stops',
      '  b: is cordoned; fits if it is',
      '    uncordoned',
    ],
  ],
  [
    'a unit with a place',
    page({machines: ['a', 'b'], units: ['x', 'y', 'z'], placed: ['x on a', 'y on a', 'z on b']}, 'y.service'),
    [
      'y.service stands on a',
      '  why there: told',
      '  it would be placed there again now',
      '  a: stands here, cost 0.5',
      '  b: fits, cost 0.5',
    ],
  ],
  [
    'one that would go elsewhere now',
    page({machines: ['a', 'b'], units: ['x', 'y', 'z'], placed: ['x on a', 'y on a', 'z on a']}, 'y.service'),
    [
      'y.service stands on a',
      '  why there: told',
      '  if it had no place now, it would be placed on b; who has a place keeps it',
      '  a: stands here, cost 1',
      '  b: fits, cost 0',
    ],
  ],
  [
    'one that could not come back',
    page({machines: ['a cordoned'], units: ['y'], placed: ['y on a']}, 'y.service'),
    [
      'y.service stands on a',
      '  why there: told',
      '  if it had no place now, it would get none',
      '  a: stands here; it could not be placed here anew: is cordoned',
    ],
  ],
  [
    'an inactive unit',
    page({machines: ['a', 'b'], units: ['x', 'y inactive'], placed: ['x on a']}, 'y.service'),
    ['y.service would be placed on b: least loaded of 2 machines that fit', '  b: it goes here, cost 0', '  a: fits, cost 0.5'],
  ],
  [
    'one for whom another gives way',
    page({machines: ['a'], units: ['x: Priority=10; Ports=80', 'y: Ports=80'], placed: ['x on a']}, 'y.service'),
    [
      'y.service is placed as soon as x.service has stopped on a',
      '  x.service is taken away: it gives way to y.service, priority 50 over 10',
      '  a: has port 80 taken by x.service; fits if x.service has stopped',
    ],
  ],
  [
    'many machines',
    page(
      {machines: [...Array.from({length: 30}, (_, at) => `m${at}`), 'c cordoned role=db'], units: ['y: MachineMetadata=role=db']},
      'y.service',
    ),
    [
      'y.service has no place: 31 machines: 30 lack role=db, 1 is cordoned',
      '  c: is cordoned; fits if it is uncordoned',
      ...[0, 1, 2, 3].map(at => `  m${at}: lacks role=db; fits if role=db is set there`),
      '  26 more machines lack role=db: m4, m5, m6, m7, m8 and 21 more',
      '  30 machines lack nothing but role=db: m0, m1, m2, m3, m4 and 25 more',
    ],
  ],
  [
    'every machine, if asked',
    page({machines: Array.from({length: 7}, (_, at) => `m${at}`), units: ['y: MachineMetadata=role=db']}, 'y.service', {
      all: true,
    }),
    [
      'y.service has no place: 7 machines: 7 lack role=db',
      ...[0, 1, 2, 3, 4, 5, 6].map(at => `  m${at}: lacks role=db; fits if role=db is set there`),
      '  7 machines lack nothing but role=db: m0, m1, m2, m3, m4 and 2 more',
    ],
  ],
])('%s', (_, text, lines) => {
  expect(text).toBe(lines.map(line => `${line}\n`).join(''))
})

test('a terminal shows the distance in colour', () => {
  const text = page({...packed, machines: [...(packed.machines ?? []), 'c systemd'].slice(0, 2)}, 'z.service', {chalk: colours})
  expect(text).toContain(`${colours.yellow('b')}: is cordoned`)
  expect(text.startsWith(colours.red('z.service has no place').slice(0, 5))).toBe(true)
})

test('a plan, line by line', () => {
  const change = {kind: 'drain', machines: ['a']} as const
  const plan = planChange(viewOf(packed), change, {revision: 1000, now: 0})
  expect(renderPlan(plan, plain).replaceAll('/127.0.0.1', '')).toBe(
    [
      'refuse z.service: 2 machines: 1 is leaving, 1 is cordoned',
      '    nearest: b: is cordoned; fits if it is uncordoned',
      'evict x.service from a: machine a is leaving; 2 machines: 1 is leaving, 1 is cordoned',
      '    nearest: b: is cordoned; fits if it is uncordoned',
      '1 is evicted, 2 will not fit; at revision 1000, nothing was done',
      '',
    ].join('\n'),
  )
})
