import {Chalk} from 'chalk'
import {expect, test} from 'vitest'
import {renderStatus} from '../../src/lib/cli/status-page.ts'
import type {UnitStatus} from '../../src/lib/cluster/status.ts'
import {hash, machineId, now, unitRow, unplacedRow} from './rows.ts'

const plain = new Chalk({level: 0})
const coloured = new Chalk({level: 1})

const status: UnitStatus = {
  record: {name: 'web@1.service', revision: 7, file: hash, desiredState: 'launched', generation: 2},
  description: 'The shop',
  driver: 'docker',
  rows: [unitRow],
  logs: new Map(),
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
      '  Machine: aaaabbbb.../10.0.0.1',
      '   Loaded: loaded',
      '   Active: active (running) since 1970-01-02T23:57:00.000Z; 3m ago',
    ],
  ],
  [
    'that failed, with all there is to say',
    {
      rows: [
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
      ],
      logs: new Map([
        [machineId, ['one', 'two']],
        ['another', ['not here']],
      ]),
    },
    [
      '● web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1',
      '   Loaded: loaded',
      '   Active: failed (failed) since 1970-01-02T23:57:00.000Z; 3m ago',
      '      Why: ended with exit code 3',
      '   Health: unhealthy',
      'Container: 0123456789ab',
      ' Restarts: 4',
      '     Exit: 3',
      '           | one',
      '           | two',
    ],
  ],
  [
    'that ended well',
    {rows: [{...unitRow, active: 'inactive', sub: 'dead', exitCode: 0, since: null}]},
    [
      '○ web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1',
      '   Loaded: loaded',
      '   Active: inactive (dead)',
      '     Exit: 0',
    ],
  ],
  [
    'without a place',
    {rows: [unplacedRow]},
    [
      '○ web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: none',
      '   Loaded: loaded',
      '   Active: inactive (unplaced)',
      '      Why: 1 machine: 1 lacks role=db',
    ],
  ],
  [
    'that wants no place, and whose file says nothing',
    {record: {...status.record, desiredState: 'inactive'}, description: undefined, driver: undefined, rows: []},
    ['○ web@1.service', '   Wanted: inactive', '     File: 0123456, start 2', '   Active: inactive, without a place'],
  ],
  [
    'on two machines, one of them lost',
    {rows: [unitRow, {...unitRow, target: 'two/10.0.0.2', active: 'lost', sub: 'lost', since: null}]},
    [
      '● web@1.service - The shop',
      '   Wanted: launched, by the docker driver',
      '     File: 0123456, start 2',
      '',
      '  Machine: aaaabbbb.../10.0.0.1',
      '   Loaded: loaded',
      '   Active: active (running) since 1970-01-02T23:57:00.000Z; 3m ago',
      '',
      '  Machine: two/10.0.0.2',
      '   Loaded: loaded',
      '   Active: lost (lost)',
    ],
  ],
])('the page of a unit %s', (_, parts, lines) => {
  expect(renderStatus({...status, ...parts}, now, plain)).toBe(lines.map(line => `${line}\n`).join(''))
})

test.each<[name: string, active: readonly string[], dot: string]>([
  ['green where all run', ['active', 'active'], '\u001b[32m●\u001b[39m'],
  ['red where one failed', ['active', 'failed'], '\u001b[31m●\u001b[39m'],
  ['red where one is lost', ['lost'], '\u001b[31m●\u001b[39m'],
  ['empty where one is on its way', ['active', 'activating'], '○'],
  ['empty where there is none', [], '○'],
])('its dot is %s', (_, active, dot) => {
  const rows = active.map(each => ({...unitRow, active: each}))
  expect(renderStatus({...status, rows}, now, coloured)).toContain(`${dot} \u001b[1mweb@1.service\u001b[22m - The shop\n`)
})
