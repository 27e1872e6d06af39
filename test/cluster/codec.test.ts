import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {decode, decoder, encode, rememberingDecoder} from '../../src/lib/cluster/codec.ts'
import {
  assignmentSchema,
  leaderSchema,
  machineSchema,
  machineSettingsSchema,
  unitRecordSchema,
  unitStateSchema,
} from '../../src/lib/cluster/model.ts'

const file = 'a'.repeat(64)
const record = {file, desiredState: 'launched', generation: 3} as const
const running = {
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file,
  generation: 0,
  restarts: 0,
  since: 1,
  starts: [],
} as const

test('a value is JSON with its schema’s number first, and comes back', () => {
  const text = encode(unitRecordSchema, record)
  expect(text).toBe(`{"schema":1,"file":"${file}","desiredState":"launched","generation":3}`)
  expect(decode(unitRecordSchema, text)).toEqual({value: record})
})

test('what is not to be said is not written', () => {
  expect(encode(unitStateSchema, {...running, starts: [], reason: undefined})).not.toContain('reason')
})

describe('a text that cannot be read is told in words', () => {
  test.each<[name: string, text: string, problem: string]>([
    ['nothing', '', 'not JSON'],
    ['truncated', `{"schema":1,"file":"${file}","desi`, 'not JSON'],
    ['no object', '3', 'no schema number'],
    ['null', 'null', 'no schema number'],
    ['no schema', '{"file":"x"}', 'no schema number'],
    ['a schema that is no number', '{"schema":"1"}', 'no schema number'],
    ['a newer schema', '{"schema":2}', 'written by a newer Meissa (schema 2, this one knows 1)'],
    ['a newer schema, whatever else it says', `{"schema":9,"file":"${file}"}`, 'written by a newer Meissa'],
    ['a missing field', `{"schema":1,"file":"${file}","desiredState":"launched"}`, 'generation'],
    ['a field of another kind', `{"schema":1,"file":"${file}","desiredState":"launched","generation":"3"}`, 'generation'],
    ['a number below zero', `{"schema":1,"file":"${file}","desiredState":"launched","generation":-1}`, 'generation'],
    ['a word that is not known', `{"schema":1,"file":"${file}","desiredState":"running","generation":3}`, 'desiredState'],
    ['no hash', '{"schema":1,"file":"x","desiredState":"launched","generation":3}', 'file'],
  ])('%s', (_, text, problem) => {
    const decoded = decode(unitRecordSchema, text)
    expect(decoded).toEqual({problem: expect.stringContaining(problem)})
  })
})

test('what a newer one of the same schema adds is passed over', () => {
  const text = `{"schema":1,"file":"${file}","desiredState":"launched","generation":3,"colour":"red"}`
  expect(decode(unitRecordSchema, text)).toEqual({value: record})
})

test('a value that does not fit its schema is not written', () => {
  expect(() => encode(assignmentSchema, {...record, file: 'x', reason: ''})).toThrow()
})

test('a path into a value is told with dots', () => {
  const machine = {hostname: '', address: '', metadata: {}, capacity: {cpus: 1}, drivers: [], version: '', session: ''}
  expect(decode(machineSchema, JSON.stringify({schema: 1, ...machine}))).toEqual({
    problem: expect.stringContaining('capacity.memoryBytes'),
  })
})

test('a decoder that remembers says what one does that does not, also once it has forgotten', () => {
  const remembering = rememberingDecoder(leaderSchema)
  const texts = Array.from({length: 5_000}, (_, at) => encode(leaderSchema, {machine: `m${at}`}))
  for (const text of ['{', '{"schema":99}', ...texts, ...texts.slice(0, 10)])
    for (const again of [text, text]) expect(remembering(again)).toEqual(decode(leaderSchema, text))
})

describe('a decoder says what valibot says', () => {
  const state = {
    ...running,
    starts: [1, 2],
    health: 'healthy',
    exitCode: 3,
    log: ['a', 'b'],
    recent: [{at: 1, step: 'start', reason: 'why', failed: 'no'}],
  } as const
  const machine = {
    hostname: 'h',
    address: 'a',
    metadata: {role: 'web', zone: '1'},
    capacity: {cpus: 1, memoryBytes: 2, devices: {gpu: 1}},
    drivers: ['docker'],
    version: '1',
    session: '7',
    process: {boot: 'b', pid: 1},
    leaving: false,
  }
  const settings = {cordoned: true, drain: {maxParallel: 1, reason: 'why'}, metadata: {role: null, zone: '2'}}
  const schemas = [
    ['a state', unitStateSchema, state],
    ['a machine', machineSchema, machine],
    ['settings', machineSettingsSchema, settings],
    ['a record', unitRecordSchema, record],
  ] as const

  test.each(schemas)('of %s as it was written', (_, schema, value) => {
    const text = JSON.stringify({schema: 1, ...value})
    expect(decoder(schema)(text)).toEqual({value})
    expect(decode(schema, text)).toEqual({value})
  })

  /** Something else in its place, somewhere in it. */
  const other = fc.constantFrom(undefined, null, '', 'x', -1, 0, 1.5, 2, true, [], ['x'], [1], {}, {at: 1}, file, '__proto__')
  test.each(schemas)('of %s with something else in it', (_, schema, value) => {
    const quick = decoder(schema)
    const paths = pathsIn(value)
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.constantFrom('at', 'beside'), other, (path, where, instead) => {
        const copy: object = structuredClone({schema: 1, ...value})
        replace(copy, where === 'at' ? path : [...path.slice(0, -1), 'colour'], instead)
        const text = JSON.stringify(copy)
        expect(quick(text)).toEqual(decode(schema, text))
      }),
      {numRuns: 1000},
    )
  })

  test('of a key that no object should have', () => {
    const text = JSON.stringify({schema: 1, ...machine}).replace('"role"', '"__proto__"')
    expect(decoder(machineSchema)(text)).toEqual(decode(machineSchema, text))
  })
})

function pathsIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [[key], ...pathsIn(each).map(path => [key, ...path])])
}

function replace(value: object, [key = '', ...rest]: readonly string[], instead: unknown): void {
  if (rest.length === 0) Reflect.set(value, key, instead)
  else replace(Reflect.get(value, key), rest, instead)
}
