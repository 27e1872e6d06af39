import {describe, expect, test} from 'vitest'
import {NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {type UnitsShown, unitsShown} from '../../src/lib/cli/list/columns.ts'
import type {UnitFilterFlags} from '../../src/lib/cli/list/list-filter.ts'
import {machineSource} from '../../src/lib/cli/list/machine-source.ts'
import {unitFileSource} from '../../src/lib/cli/list/unit-file-source.ts'
import {briefUnitSource, unitSource} from '../../src/lib/cli/list/unit-source.ts'
import {anyMachine, lostMachines} from '../../src/lib/cli/machines/any-machine.ts'
import {prefixes} from '../../src/lib/store/keys.ts'
import {
  assignmentEntry,
  machineEntry,
  machineSettingsEntry,
  recordEntry,
  stateEntry,
  storeOf,
  viewOf,
} from '../fakes/stored-cluster.ts'

const entries = [
  machineEntry('m1', {name: 'one', hostname: 'host-one', address: '10.0.0.1', metadata: {role: 'web'}}),
  machineEntry('m2', {name: 'two', hostname: 'host-two', address: '10.0.0.2', metadata: {role: 'db'}}),
  machineSettingsEntry('m2', {metadata: {zone: '1'}}),
  recordEntry('web@.service', {desiredState: 'inactive'}),
  recordEntry('web@1.service'),
  recordEntry('web@2.service'),
  recordEntry('web@10.service'),
  recordEntry('db.service'),
  recordEntry('idle.service', {desiredState: 'inactive'}),
  assignmentEntry('web@1.service', 'm1'),
  assignmentEntry('web@2.service', 'm2'),
  assignmentEntry('db.service', 'm3aaaa'),
  stateEntry('web@1.service', 'active/running', {machine: 'm1'}),
  stateEntry('web@2.service', 'failed/failed', {machine: 'm2'}),
  stateEntry('db.service', 'active/running', {machine: 'm3aaaa'}),
]
const view = viewOf(...entries)

interface Asked {
  readonly args?: readonly string[]
  readonly machine?: string
  readonly state?: string
  readonly watch?: boolean
}
const narrowed = ({args = [], ...flags}: Asked): {args: readonly string[]; flags: UnitFilterFlags} => ({
  args,
  flags: {watch: false, ...flags},
})
const units = (asked: Asked) =>
  unitSource(narrowed(asked))
    .rows(view)
    .map(({unit}) => unit.replace('.service', ''))
const files = (asked: Asked) =>
  unitFileSource(narrowed(asked))
    .rows(view)
    .map(({unit}) => unit.replace('.service', ''))
const machines = (args: readonly string[], metadata?: string) =>
  machineSource({args, metadata, units: 'nothing'})
    .rows(view)
    .map(({machine}) => machine)

test.each<[name: string, asked: Asked, expected: readonly string[]]>([
  ['nothing narrows it', {}, ['db', 'web@1', 'web@2', 'web@10']],
  ['a name', {args: ['db']}, ['db']],
  ['names and globs', {args: ['web@1*', 'db.service']}, ['db', 'web@1', 'web@10']],
  ['braces', {args: ['web@{1..2}']}, ['web@1', 'web@2']],
  ['a known unit that is not listed', {args: ['idle']}, []],
  ['the name of a machine', {machine: 'one'}, ['web@1']],
  ['an address', {machine: '10.0.0.2'}, ['web@2']],
  ['the beginning of a lost machine’s id', {machine: 'm3'}, ['db']],
  ['ACTIVE', {state: 'active'}, ['web@1']],
  ['SUB', {state: 'unplaced'}, ['web@10']],
  ['several states', {state: 'failed,lost'}, ['db', 'web@2']],
  ['a state that systemd has and we do not know', {state: 'mounting-done'}, []],
  ['all at once', {args: ['web@*'], machine: 'm2', state: 'failed'}, ['web@2']],
  ['nothing that fits all', {args: ['web@*'], machine: 'm2', state: 'running'}, []],
  ['what may come, when it is watched', {args: ['later', 'other*'], watch: true}, []],
])('list-units: %s', async (_, asked, expected) => {
  expect(units(asked)).toEqual(expected)
  const brief = briefUnitSource(narrowed(asked), {output: 'name'})
  const glances = await brief?.read(await storeOf(entries), new AbortController().signal)
  if (glances !== undefined) expect(brief?.rows(glances).map(({unit}) => unit.replace('.service', ''))).toEqual(expected)
})

test.each<[name: string, asked: Asked, expected: readonly string[]]>([
  ['a glob, templates too', {args: ['web@*']}, ['web@', 'web@1', 'web@2', 'web@10']],
  ['a machine', {machine: 'm1'}, ['web@1']],
  ['STATE', {state: 'launched'}, ['web@1', 'web@2']],
  ['STATE of a lost machine', {state: 'lost'}, ['db']],
])('list-unit-files: %s', (_, asked, expected) => {
  expect(files(asked)).toEqual(expected)
})

test.each<[name: string, args: readonly string[], metadata: string | undefined, expected: readonly string[]]>([
  ['all', [], undefined, ['m1', 'm2']],
  ['a name and a hostname', ['two', 'host-one'], undefined, ['m1', 'm2']],
  ['metadata', [], 'role=web', ['m1']],
  ['metadata that the operator gave', [], 'role=db,zone=1', ['m2']],
  ['metadata that none has', [], 'role=mail', []],
])('list-machines: %s', (_, args, metadata, expected) => {
  expect(machines(args, metadata)).toEqual(expected)
})

test.each<[name: string, act: () => unknown, kind: typeof UsageError | typeof NotFoundError, message: string]>([
  ['a unit that is not known', () => units({args: ['web@1', 'dc']}), NotFoundError, 'dc.service: no such unit'],
  ['a glob that matches nothing', () => units({args: ['x*']}), NotFoundError, 'x*.service: no known unit matches'],
  ['of files, too', () => files({args: ['x*']}), NotFoundError, 'x*.service: no known unit matches'],
  ['what can be no name', () => units({args: ['we!b']}), UsageError, "unit name 'we!b.service' has the character '!'"],
  ['a machine that is not known', () => units({machine: 'nine'}), NotFoundError, 'nine: no such machine'],
  ['several machines', () => units({machine: 'm'}), UsageError, 'm may be m1, or m2, or m3aaaa'],
  ['a mistyped state', () => units({state: 'faild'}), UsageError, '--state: no state "faild" (did you mean failed?)'],
  ['no state', () => units({state: 'failed,'}), UsageError, '--state: no state ""'],
  ['a machine that is lost', () => machines(['m3aaaa']), NotFoundError, 'machine m3aaaa is lost'],
  ['what is no metadata', () => machines([], 'role'), UsageError, 'metadata "role" is no key=value'],
])('%s is refused', (_, act, kind, message) => {
  expect(act).toThrow(kind)
  expect(act).toThrow(message)
})

describe('a machine, be it lost or not', () => {
  test.each([
    ['m1', 'm1'],
    ['one', 'm1'],
    ['host-two', 'm2'],
    ['m3', 'm3aaaa'],
    ['m3aaaa', 'm3aaaa'],
  ])('%s is %s', (word, id) => {
    expect(anyMachine(view, word)).toBe(id)
  })

  test('what a registered machine is called wins over the beginning of a lost id', () => {
    const both = viewOf(machineEntry('m1', {name: 'ab'}), assignmentEntry('a.service', 'abcd'))
    expect(anyMachine(both, 'ab')).toBe('m1')
    expect(anyMachine(both, 'abc')).toBe('abcd')
  })

  test('lost ones are those that only assignments, states and settings name', () => {
    expect(lostMachines(view)).toEqual(['m3aaaa'])
  })
})

describe('a glance is enough', () => {
  test.each<[name: string, asked: Asked, shown: {output: string; fields?: string}, isEnough: boolean]>([
    ['for the table', {}, {output: 'table'}, true],
    ['for names', {}, {output: 'name'}, true],
    ['for some of its columns', {args: ['web@1'], state: 'failed'}, {output: 'table', fields: 'active, unit'}, true],
    ['not for another column', {}, {output: 'table', fields: 'unit,reason'}, false],
    ['not for one that does not exist', {}, {output: 'table', fields: 'unit,nix'}, false],
    ['not for a wide table', {}, {output: 'wide'}, false],
    ['not for JSON', {}, {output: 'json'}, false],
    ['not for the units of a machine', {machine: 'one'}, {output: 'table'}, false],
    ['not for a watch', {watch: true}, {output: 'table'}, false],
  ])('%s', (_, asked, shown, isEnough) => {
    expect(briefUnitSource(narrowed(asked), shown) !== undefined).toBe(isEnough)
  })
})

describe('a list of machines reads of their units', () => {
  test.each<[name: string, shown: {output: string; fields?: string}, read: UnitsShown]>([
    ['nothing for the table', {output: 'table'}, 'nothing'],
    ['nothing for names', {output: 'name', fields: 'units'}, 'nothing'],
    ['nothing for columns of machines', {output: 'table', fields: 'machine,cpus,memory'}, 'nothing'],
    ['where they are for their number', {output: 'table', fields: 'machine,units'}, 'count'],
    ['what they ask for, for what is left', {output: 'table', fields: 'units,cpu'}, 'requests'],
    ['what they ask for, for a wide table', {output: 'wide'}, 'requests'],
    ['what they ask for, for JSON', {output: 'json'}, 'requests'],
  ])('%s', (_, shown, read) => {
    expect(unitsShown(shown)).toBe(read)
    const {prefixes: all} = machineSource({args: [], metadata: undefined, units: read})
    expect([all.includes(prefixes.assignments), all.includes(prefixes.files)]).toEqual([read !== 'nothing', read === 'requests'])
  })
})
