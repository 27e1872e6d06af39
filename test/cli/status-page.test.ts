import {Chalk} from 'chalk'
import {expect, test} from 'vitest'
import {type Printed, renderStatus, statusJson} from '../../src/lib/cli/status/page.ts'
import type {UnitRow} from '../../src/lib/cluster/rows.ts'
import type {PlaceStatus, UnitStatus} from '../../src/lib/cluster/status.ts'
import {hash, machineId, now, unitRow, unplacedRow} from './rows.ts'

const plain = new Chalk({level: 0})
const coloured = new Chalk({level: 1})

const status: UnitStatus = {
  record: {name: 'web@1.service', revision: 7, file: hash, desiredState: 'launched', generation: 2},
  description: 'The shop',
  driver: 'docker',
  places: [place(unitRow)],
}

function place(row: UnitRow, parts: Partial<PlaceStatus> = {}): PlaceStatus {
  return {row, whyHere: 'least loaded', recent: [], log: [], ...parts}
}

test.each<[name: string, parts: Partial<UnitStatus>, lines: readonly string[]]>([
  [
    'that runs',
    {},
    [
      '● web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1 (least loaded)',
      '   Loaded: loaded',
      '   Active: active (running) since 1970-01-02T23:57:00Z; 3m ago',
    ],
  ],
  [
    'that failed, with all there is to say',
    {
      places: [
        place(
          {
            ...unitRow,
            active: 'failed',
            sub: 'failed',
            reason: 'ended with exit code 3',
            health: 'unhealthy',
            container: hash,
            restarts: 4,
            exitCode: 3,
          },
          {
            log: ['one', 'two'],
            recent: [
              {at: now - 200_000, step: 'start', reason: 'assigned here: least loaded'},
              {at: now - 190_000, step: 'prepare', reason: 'it exited with 3', failed: 'no such image'},
              {at: now - 180_000, step: 'prepare', reason: 'it exited with 3', failed: 'no such image'},
            ],
          },
        ),
      ],
    },
    [
      '● web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1 (least loaded)',
      '   Loaded: loaded',
      '   Active: failed (failed) since 1970-01-02T23:57:00Z; 3m ago',
      '      Why: ended with exit code 3',
      '   Health: unhealthy',
      'Container: 0123456789ab',
      ' Restarts: 4',
      '     Exit: 3',
      '  Decided: 1970-01-02T23:56:40Z start: assigned here: least loaded',
      '           1970-01-02T23:56:50Z get ready: it exited with 3; it came to nothing: no such image (2 times)',
      '  Printed: one',
      '           two',
    ],
  ],
  [
    'that ended well',
    {places: [place({...unitRow, active: 'inactive', sub: 'dead', exitCode: 0, since: null})]},
    [
      '○ web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1 (least loaded)',
      '   Loaded: loaded',
      '   Active: inactive (dead)',
      '     Exit: 0',
    ],
  ],
  [
    'without a place',
    {places: [place(unplacedRow, {whyHere: undefined})]},
    [
      '○ web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: none',
      '   Loaded: loaded',
      '   Active: inactive (unplaced)',
      '      Why: 1 machine: 1 lacks role=db',
      '           `ctl why web@2.service` tells more',
    ],
  ],
  [
    'that wants no place, and whose file says nothing',
    {record: {...status.record, desiredState: 'inactive'}, description: undefined, driver: undefined, places: []},
    ['○ web@1.service', '   Wanted: inactive', '     File: 0123456, start 2', '   Active: inactive, without a place'],
  ],
  [
    'on two machines, one of them lost',
    {places: [place(unitRow), place({...unitRow, target: 'two/10.0.0.2', active: 'lost', sub: 'lost', since: null})]},
    [
      '● web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1 (least loaded)',
      '   Loaded: loaded',
      '   Active: active (running) since 1970-01-02T23:57:00Z; 3m ago',
      '',
      '  Machine: two/10.0.0.2 (least loaded)',
      '   Loaded: loaded',
      '   Active: lost (lost)',
    ],
  ],
])('the page of a unit %s', (_, parts, lines) => {
  expect(renderStatus({status: {...status, ...parts}, printed: new Map()}, now, plain)).toBe(
    lines.map(line => `${line}\n`).join(''),
  )
})

test.each<[name: string, active: readonly string[], dot: string]>([
  ['green where all run', ['active', 'active'], '\u001b[32m●\u001b[39m'],
  ['red where one failed', ['active', 'failed'], '\u001b[31m●\u001b[39m'],
  ['red where one is lost', ['lost'], '\u001b[31m●\u001b[39m'],
  ['empty where one is on its way', ['active', 'activating'], '○'],
  ['empty where there is none', [], '○'],
])('its dot is %s', (_, active, dot) => {
  const places = active.map(each => place({...unitRow, active: each}))
  expect(renderStatus({status: {...status, places}, printed: new Map()}, now, coloured)).toContain(
    `${dot} \u001b[1mweb@1.service\u001b[22m - The shop\n`,
  )
})

test.each<[name: string, printed: Printed, log: readonly string[], lines: readonly string[]]>([
  ['what was read just now', {lines: ['now']}, ['then'], ['  Printed: now']],
  ['what its agent told, where nothing was read', {lines: []}, ['then'], ['  Printed: then']],
  [
    'what its agent told, and why no more',
    {trouble: 'cannot reach two'},
    ['then'],
    ['  Printed: then', '           (cannot reach two)'],
  ],
  ['why there is nothing', {trouble: 'cannot reach two'}, [], ['  Printed: (cannot reach two)']],
  ['nothing where there is nothing', {lines: []}, [], []],
])('it shows %s', (_, printed, log, lines) => {
  const page = renderStatus(
    {status: {...status, places: [place(unitRow, {log})]}, printed: new Map([[machineId, printed]])},
    now,
    plain,
  )
  expect(page.split('\n').slice(7, -1)).toEqual(lines)
})

test('as JSON it has the fields of list-units for each place', () => {
  const recent = [{at: 5, step: 'start', reason: 'assigned here'}]
  const json: unknown = JSON.parse(
    statusJson([{status: {...status, places: [place(unitRow, {recent})]}, printed: new Map([[machineId, {lines: ['up']}]])}]),
  )
  expect(json).toMatchObject([
    {
      unit: 'web@1.service',
      driver: 'docker',
      desiredState: 'launched',
      places: [{machine: machineId, active: 'active', whyHere: 'least loaded', recent, printed: ['up']}],
    },
  ])
})
