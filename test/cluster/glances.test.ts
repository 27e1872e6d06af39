import fc from 'fast-check'
import {expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import type {Glances} from '../../src/lib/cluster/glances.ts'
import {type DesiredState, unitStateSchema} from '../../src/lib/cluster/model.ts'
import {readGlances, readStates, readUnits} from '../../src/lib/cluster/read.ts'
import {type BriefUnitRow, briefUnitRows, type Standing, unitRows} from '../../src/lib/cluster/rows.ts'
import {keys, parseKey, prefixes} from '../../src/lib/store/keys.ts'
import type {Entry} from '../../src/lib/store/store.ts'
import {assignmentEntry, entryOf, machineEntry, recordEntry, stateEntry, storeOf, viewOf} from '../fakes/stored-cluster.ts'

async function glanced(entries: readonly Entry[]): Promise<Glances> {
  return await readGlances(await storeOf(entries), new AbortController().signal)
}

const brief = ({unit, machine, target, active, sub}: BriefUnitRow) => ({unit, machine, target, active, sub})

const units = ['web@1.service', 'web@2.service', 'web@10.service', 'job.service']
const machines = ['m1', 'm2', 'm3']
const unit = fc.constantFrom(...units)
const machine = fc.constantFrom(...machines)
const state = fc.record({
  unit,
  machine,
  activeSub: fc.constantFrom('active/running', 'inactive/dead', 'failed/failed', 'activating/auto-restart'),
  done: fc.constantFrom(undefined, true, false),
  generation: fc.constantFrom(0, 1, 2),
})
/** What others may have put between the cluster's keys. */
const strangeKeys = [
  '',
  '/',
  '/web@1.service',
  'm1',
  'm1/',
  'm1/web@1.service/x',
  'm1/ü',
  'm 1/web@1.service',
  'm1\uffff/a',
  'm1\u{10000}/a',
]
  .flatMap(rest => [prefixes.units, prefixes.assignments, prefixes.states, prefixes.machines].map(prefix => prefix + rest))
  .filter(key => parseKey(key) === undefined)
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({unit, desiredState: fc.constantFrom<DesiredState>('inactive', 'loaded', 'launched'), generation: fc.nat(2)})
    .map(({unit, ...parts}) => recordEntry(unit, parts)),
  machine.map(id => machineEntry(id)),
  fc.record({unit, machine}).map(({unit, machine}) => assignmentEntry(unit, machine)),
  state.map(({unit, activeSub, done, ...parts}) =>
    stateEntry(unit, activeSub, {...parts, ...(done === undefined ? {} : {done})}),
  ),
  fc.record({unit, machine}).map(({unit, machine}) => entryOf(keys.state(machine, unit), '{"schema":1,"load":"loaded"')),
  fc
    .record({key: fc.constantFrom(...strangeKeys), text: fc.constantFrom('', '{"schema":1}')})
    .map(({key, text}) => entryOf(key, text)),
)

test('a cluster that is glanced at has the rows of one that is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, {maxLength: 20}), async drawn => {
      // Each key once, as in a listing.
      const entries = [...new Map(drawn.map(each => [each.key, each])).values()]
      const view = viewOf(...entries)
      const glances = await readGlances(await storeOf(entries), new AbortController().signal)
      expect(briefUnitRows(glances).map(brief)).toEqual(unitRows(view).map(brief))
      expect(glances.unreadable).toEqual(view.unreadable)
    }),
    {numRuns: 2000},
  )
})

test('what concerns some units has all their rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, {maxLength: 20}), fc.subarray(units), async (drawn, names) => {
      const entries = [...new Map(drawn.map(each => [each.key, each])).values()]
      const [store, all, signal] = [await storeOf(entries), viewOf(...entries), new AbortController().signal]
      const view = await readUnits(store, names, signal)
      expect(unitRows(view)).toEqual(unitRows(all).filter(row => names.includes(row.unit)))
      const states = await readStates(store, names, signal)
      const expected = [...all.allStates()].filter(state => names.includes(state.unit))
      expect(new Map(states.map(state => [`${state.machine} ${state.unit}`, state]))).toEqual(
        new Map(expected.map(state => [`${state.machine} ${state.unit}`, state])),
      )
    }),
    {numRuns: 1000},
  )
})

test('of very many units all is read that is there of all', async () => {
  const names = Array.from({length: 600}, (_, at) => `web@${at}.service`)
  const store = await storeOf(names.map(name => recordEntry(name)))
  const view = await readUnits(store, names, new AbortController().signal)
  expect([...view.units.keys()].sort()).toEqual([...names].sort())
})

test('of very many states all are read that are wanted', async () => {
  const names = Array.from({length: 1100}, (_, at) => `web@${at}.service`)
  const store = await storeOf(names.map(name => stateEntry(name, 'active/running')))
  const states = await readStates(store, names.slice(1), new AbortController().signal)
  expect(states.map(({unit}) => unit).sort()).toEqual(names.slice(1).sort())
})

test('many units without a place are read at once', async () => {
  const names = Array.from({length: 1200}, (_, at) => `web@${at}.service`)
  const store = await storeOf(names.map(name => recordEntry(name)))
  const rows = briefUnitRows(await readGlances(store, new AbortController().signal))
  expect(rows.map(({unit, sub}) => `${unit} ${sub}`)).toEqual(names.map(name => `${name} unplaced`))
})

/** Words that nobody writes, made of what has a meaning in the text. */
const word = fc
  .array(fc.constantFrom('running', ',"file":', '"', '\\', '{', '}', '"done":', '\\"', 'ü', '\n'), {maxLength: 6})
  .map(parts => parts.join(''))

test('what is read of a state is what it says, whatever words are in it', async () => {
  const rest = {file: 'a'.repeat(64), generation: 1, restarts: 0, since: 1, starts: []}
  await fc.assert(
    fc.asyncProperty(word, word, word, async (load, sub, reason) => {
      const value = encode(unitStateSchema, {load, active: 'active', sub, ...rest, reason})
      const glances = await glanced([machineEntry('m1'), entryOf(keys.state('m1', 'web@1.service'), value)])
      const standings: Standing<unknown>[] = []
      glances.eachStanding(standing => standings.push(standing))
      expect(standings).toMatchObject([{unit: 'web@1.service', state: {load, active: 'active', sub}}])
      expect(glances.unreadable.size).toBe(0)
    }),
    {numRuns: 2000},
  )
})

test('of a state nothing is looked at behind its head, unless its machine is lost', async () => {
  const [key, other] = [keys.state('m1', 'web@1.service'), keys.state('m2', 'web@2.service')]
  const text = stateEntry('web@1.service', 'active/running').value.replace('"generation":1', '"generation":-1')
  const store = await storeOf([machineEntry('m1'), entryOf(key, text), entryOf(other, text)])
  expect([...(await readGlances(store, new AbortController().signal)).unreadable.keys()]).toEqual([other])
})

test('a machine and a state whose heads are long are read whole', async () => {
  const long = 'x'.repeat(500)
  const {unit, sub} = {unit: 'web@1.service', sub: long}
  const machine = machineEntry('m1')
  const named = entryOf(machine.key, JSON.stringify({...JSON.parse(machine.value), name: long}))
  const store = await storeOf([named, recordEntry(unit), stateEntry(unit, `active/${sub}`)])
  const [row] = briefUnitRows(await readGlances(store, new AbortController().signal))
  expect(row).toMatchObject({unit, sub, target: expect.stringMatching(`^${long}/`)})
})
