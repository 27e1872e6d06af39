import {describe, expect, test} from 'vitest'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {multipleValues, parsePlacement} from '../../src/lib/unit/placement.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'

const nothing = {machineOf: [], metadata: {}, conflicts: [], replaces: [], global: false, onDisconnect: 'keep'}

function read(lines: string, name = 'foo.service') {
  const problems = new ProblemList()
  const placement = parsePlacement(parseUnitFile(`[X-Fleet]\n${lines}\n`).file, parseUnitName(name), problems)
  return {placement, problems: problems.all()}
}

describe('[X-Fleet]', () => {
  test.each<[string, string, object]>([
    ['nothing', '', {}],
    ['MachineID', 'MachineID=123', {machineId: '123'}],
    ['MachineID, deprecated', 'X-ConditionMachineID=123', {machineId: '123'}],
    ['MachineID, first value wins', 'MachineID="123" "456"', {machineId: '123'}],
    ['MachineID, first line wins', 'MachineID=123\nMachineID=456', {machineId: '123'}],
    ['MachineID by boot id', 'X-ConditionMachineBootID=123', {machineId: '123'}],
    ['MachineID, deprecated before boot id', 'X-ConditionMachineBootID=123\nX-ConditionMachineID=456', {machineId: '456'}],
    [
      'MachineID, modern before deprecated',
      'X-ConditionMachineID=456\nX-ConditionMachineBootID=789\nMachineID=123',
      {machineId: '123'},
    ],
    ['MachineID, modern before boot id', 'X-ConditionMachineBootID=789\nMachineID=123', {machineId: '123'}],
    ['MachineOf', 'MachineOf=bar.service', {machineOf: ['bar.service']}],
    ['MachineOf, quoted', 'X-ConditionMachineOf="foo.service" "bar.service"', {machineOf: ['foo.service', 'bar.service']}],
    [
      'MachineOf, repeated in both spellings',
      'MachineOf=a.service\nX-ConditionMachineOf=b.service',
      {machineOf: ['a.service', 'b.service']},
    ],
    ['Conflicts', 'Conflicts=*bar*', {conflicts: ['*bar*']}],
    ['Conflicts, deprecated', 'X-Conflicts=*bar*', {conflicts: ['*bar*']}],
    ['Conflicts, several on a line', 'Conflicts=a.* b.*\nConflicts="c.*" "d.*"', {conflicts: ['a.*', 'b.*', 'c.*', 'd.*']}],
    ['Replaces', 'Replaces=a@*.service', {replaces: ['a@*.service']}],
    ['metadata', 'MachineMetadata=foo=bar', {metadata: {foo: ['bar']}}],
    ['metadata, deprecated', 'X-ConditionMachineMetadata=foo=bar', {metadata: {foo: ['bar']}}],
    ['metadata, one of', 'MachineMetadata=foo=bar\nMachineMetadata=foo=baz', {metadata: {foo: ['bar', 'baz']}}],
    ['metadata, all of', 'MachineMetadata=foo=bar\nMachineMetadata=ping=pong', {metadata: {foo: ['bar'], ping: ['pong']}}],
    [
      'metadata, quoted and mixed',
      'MachineMetadata="foo=bar" "ping=pong"\nX-ConditionMachineMetadata=foo=baz',
      {metadata: {foo: ['bar', 'baz'], ping: ['pong']}},
    ],
    ['metadata, twice the same', 'MachineMetadata="a=b" "a=b"', {metadata: {a: ['b']}}],
    ['metadata with an empty value', 'MachineMetadata=a=', {metadata: {a: ['']}}],
    ['OnDisconnect', 'OnDisconnect=stop', {onDisconnect: 'stop'}],
    ['an empty value', 'Conflicts=\nMachineOf=', {}],
  ])('%s', (_, lines, expected) => {
    expect(read(lines)).toEqual({placement: {...nothing, ...expected}, problems: []})
  })

  test.each(['true', 'True', 'TRUE', 'yes', 'YES', '1', 'on', 'On', 't', 'T', '"true"'])('Global=%s is true', word => {
    expect(read(`Global=${word}`)).toMatchObject({placement: {global: true}, problems: []})
  })

  test.each(['false', 'no', '0', 'off', ''])('Global=%s is false', word => {
    expect(read(`Global=${word}`)).toMatchObject({placement: {global: false}, problems: []})
  })

  test.each(['what', 'y', 'tru'])('Global=%s is false, and told', word => {
    expect(read(`Global=${word}`)).toMatchObject({placement: {global: false}, problems: [{severity: 'warning'}]})
  })

  test('the last Global= wins', () => {
    expect(read('Global=true\nGlobal=false').placement.global).toBe(false)
    expect(read('Global=no\nGlobal=yes').placement.global).toBe(true)
  })

  test.each([
    ['test.service', {conflicts: ['test.service', 'test', 'test-', '%H']}],
    ['ssh@2.service', {conflicts: ['ssh@2.service', 'ssh@2', 'ssh-2', '%H']}],
  ])('four specifiers are resolved for %s', (name, expected) => {
    expect(read('Conflicts=%n %N %p-%i %H', name).placement).toMatchObject(expected)
  })

  test.each<[string, string, number, string]>([
    ['Machineof=a.service', 'unknown key', 2, 'write MachineOf='],
    ['X-Global=true', 'unknown key', 2, 'write Global='],
    ['global=true', 'unknown key', 2, 'write Global='],
    ['Conflict=a.*', 'unknown key', 2, 'write Conflicts='],
    ['X-Conflict=a.*', 'unknown key', 2, 'write X-Conflicts='],
    ['MachineMetaData=a=b', 'unknown key', 2, 'write MachineMetadata='],
    ['X-MachineID=1', 'unknown key', 2, 'write MachineID='],
    ['Memory=1G', 'unknown key', 2, 'move it below [Container]'],
    ['ExecStart=/bin/a', 'unknown key', 2, 'move it below [Service]'],
    ['Whatever=1', 'unknown key', 2, 'the keys are MachineID'],
    ['\nMachineMetadata=a=b c=d', 'not key=value', 3, 'write MachineMetadata="a=b" "c=d"'],
    ['MachineMetadata=foo bar', 'not key=value', 2, 'write MachineMetadata=key=value'],
    ['MachineMetadata==b', 'not key=value', 2, 'write MachineMetadata=key=value'],
    ['MachineMetadata=a=b=c', 'not key=value', 2, 'write MachineMetadata=key=value'],
    ['MachineOf=a.service b.service', 'blank in it', 2, 'write MachineOf="a.service" "b.service"'],
    ['MachineOf=web@1', 'names no unit', 2, 'web@1.service'],
    ['Conflicts=[a', 'malformed', 2, 'write'],
    ['OnDisconnect=die', 'neither keep nor stop', 2, 'write OnDisconnect=keep'],
  ])('%j is refused', (lines, words, line, remedy) => {
    expect(read(lines).problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        line,
        message: expect.stringContaining(words),
        remedy: expect.stringContaining(remedy),
      }),
    ])
  })

  const keys = {
    MachineID: 'MachineID=123',
    MachineOf: 'MachineOf=bar.service',
    Conflicts: 'Conflicts=other.*',
    Global: 'Global=true',
    Replaces: 'Replaces=another.*',
    MachineMetadata: 'MachineMetadata=a=b',
  }
  const refused = new Set([
    'MachineID+MachineOf',
    'MachineID+Conflicts',
    'MachineID+Global',
    'MachineID+Replaces',
    'MachineOf+Global',
    'Global+Replaces',
    'Conflicts+Replaces',
  ])
  const pairs = Object.keys(keys).flatMap((one, index, all) => all.slice(index + 1).map(other => [one, other] as const))
  test.each(pairs)('%s beside %s', (one, other) => {
    const lines = Object.entries(keys).flatMap(([key, line]) => (key === one || key === other ? [line] : []))
    expect(read(lines.join('\n')).problems.map(({severity}) => severity)).toEqual(refused.has(`${one}+${other}`) ? ['error'] : [])
  })

  test('Global=false stands beside everything', () => {
    expect(read('Global=false\nMachineID=1').problems).toEqual([])
  })

  test.each([
    ['MachineOf=foo.service\nConflicts=*.service', 1],
    ['MachineOf=foo.service\nReplaces=foo.*', 1],
    ['MachineOf=foo.service\nConflicts=bar.service', 0],
  ])('%j: a unit is not both sought and kept away', (lines, count) => {
    expect(read(lines).problems).toHaveLength(count)
  })
})

describe('a list in one line', () => {
  test.each<[string, readonly string[]]>([
    ['"bar" "ping" "pong"', ['bar', 'ping', 'pong']],
    ['"bar"', ['bar']],
    ['', ['']],
    ['""', ['']],
    ['"bar', ['"bar']],
    ['bar"', ['bar"']],
    ['foo\\"bar', ['foo\\"bar']],
    ['"bar" "', ['bar', '']],
    ['"foo\\"bar"', ['foo\\bar']],
  ])('%j', (line, values) => {
    expect(multipleValues(line)).toEqual(values)
  })
})
