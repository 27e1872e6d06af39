import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {assignmentSchema, machineSettingsSchema, moveSchema} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {describeDecision, type EngineDecision, planEngine} from '../../src/lib/engine/plan.ts'
import {UnitShelf} from '../../src/lib/engine/unit-shelf.ts'
import {batchesOf} from '../../src/lib/engine/writes.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {type StoredStory, textOf, writesFor} from '../fakes/engine-story.ts'
import {propertyRuns} from '../fakes/property-runs.ts'

const names = ['a', 'b', 'c', 'w@1', 'w@2']
const ids = ['m1', 'm2', 'm3']
const globs = ['a.service', 'b.service', 'w@*.service', '*']

const name = fc.constantFrom(...names)
const machine = fc.constantFrom(...ids)
const words = (...choices: readonly string[]) => fc.subarray([...choices]).map(chosen => chosen.map(word => ` ${word}`).join(''))
const run = fc.record({
  wish: fc.constantFrom('', ' loaded'),
  generation: fc.constantFrom('', ' gen=1'),
  image: fc.constantFrom('', ' image=v2'),
})
const runWords = run.map(({wish, generation, image}) => wish + generation + image)

const lines = fc.oneof(
  fc.constant(''),
  fc.constantFrom('web', 'db').map(role => `: MachineMetadata=role=${role}`),
  fc.constantFrom(...globs).map(glob => `: Conflicts=${glob}`),
  fc.constantFrom(...globs).map(glob => `: Replaces=${glob}`),
  name.map(peer => `: MachineOf=${peer}.service`),
  fc.constant(': Global=true'),
  fc.constant(': Nonsense=1'),
)

const unit = fc
  .record({name, wish: fc.constantFrom('', '', ' inactive'), run: runWords, file: words('lost-file'), lines})
  .map(({name, wish, run, file, lines}) => `${name}${wish}${run}${file}${lines}`)

/** Machines that are drained, units that are wished elsewhere, and units that come from another machine. */
const moving = fc
  .record({
    drains: fc.dictionary(machine, fc.integer({min: 1, max: 2}), {maxKeys: 2}),
    wishes: fc.dictionary(name, fc.tuple(machine, machine), {maxKeys: 2}),
    targets: fc.dictionary(name, fc.tuple(machine, machine), {maxKeys: 2}),
  })
  .map(({drains, wishes, targets}) => {
    const drain = ([id, maxParallel]: [string, number]) =>
      [keys.machineSettings(id), encode(machineSettingsSchema, {drain: {maxParallel}})] as const
    const wish = ([unit, [from, to]]: [string, [string, string]]) =>
      [keys.move(`${unit}.service`), encode(moveSchema, {from, to, reason: 'told'})] as const
    const target = ([unit, [from, to]]: [string, [string, string]]) => {
      const said = {file: fileHash(textOf('v1')), desiredState: 'launched' as const, generation: 0, reason: 'told', from}
      return [keys.assignment(to, `${unit}.service`), encode(assignmentSchema, said)] as const
    }
    return Object.fromEntries([
      ...Object.entries(drains).map(drain),
      ...Object.entries(wishes).map(wish),
      ...Object.entries(targets).map(target),
    ])
  })

const unreadable = fc.dictionary(
  fc.oneof(
    name.map(name => keys.unit(`${name}.service`)),
    machine.map(keys.machine),
    machine.map(keys.machineSettings),
    fc.tuple(machine, name).map(([machine, name]) => keys.assignment(machine, `${name}.service`)),
    fc.tuple(machine, name).map(([machine, name]) => keys.state(machine, `${name}.service`)),
  ),
  fc.constant('{"schema":99}'),
  {maxKeys: 2},
)

const story: fc.Arbitrary<StoredStory> = fc.record({
  machines: fc
    .uniqueArray(fc.record({machine, role: fc.constantFrom('', ' role=web', ' role=db'), words: words('cordoned', 'leaving')}), {
      selector: each => each.machine,
    })
    .map(all => all.map(({machine, role, words}) => `${machine}${role}${words}`)),
  units: fc.uniqueArray(unit, {selector: line => line.split(/[ :]/)[0]}),
  placed: fc.array(
    fc.tuple(name, machine, runWords).map(([name, machine, run]) => `${name} on ${machine}${run}`),
    {maxLength: 4},
  ),
  states: fc.array(
    fc.tuple(name, machine, words('done')).map(([name, machine, done]) => `${name} on ${machine}${done}`),
    {maxLength: 4},
  ),
  refused: fc.subarray(names.map(name => `${name}: old`)),
  raw: fc.tuple(moving, unreadable).map(([moving, unreadable]) => ({...moving, ...unreadable})),
})

interface Look {
  readonly view: ClusterView
  readonly decisions: readonly EngineDecision[]
}

/** Plans and commits until nothing is left to do, while agents stop what is not theirs any more at once. */
async function settle(story: StoredStory): Promise<readonly Look[]> {
  const store = new MemoryStore()
  const looks: Look[] = []
  try {
    await store.commit([], writesFor(story))
    for (const shelf = new UnitShelf(); looks.length < 12; ) {
      const view = ClusterView.of((await store.list([''])).entries)
      const {decisions} = planEngine(view, shelf)
      looks.push({view, decisions})
      const writes = batchesOf(decisions, view, 127)
      for (const batch of writes) await store.commit([], batch)
      const after = ClusterView.of((await store.list([''])).entries)
      const stopped = [...after.allStates()].filter(
        ({unit, machine}) => after.machines.has(machine) && !after.assignments.get(machine)?.has(unit),
      )
      const unread = [...after.unreadable.keys()].filter(key => key.startsWith('states/'))
      const gone = [...stopped.map(({unit, machine}) => keys.state(machine, unit)), ...unread]
      if (gone.length > 0)
        await store.commit(
          [],
          gone.map(key => ({kind: 'delete', key})),
        )
      else if (writes.length === 0) return looks
    }
  } finally {
    store.close()
  }
  throw new Error(`does not come to rest: ${looks.slice(-3).map(look => `[${look.decisions.map(describeDecision).join('; ')}]`)}`)
}

const runs = propertyRuns(300)

describe('an engine', () => {
  test('comes to rest, and plans nothing there', () =>
    fc.assert(
      fc.asyncProperty(story, async story => {
        const looks = await settle(story)
        expect(looks.at(-1)?.decisions).toEqual([])
      }),
      runs,
    ))

  test('at rest every assignment says what its unit says', () =>
    fc.assert(
      fc.asyncProperty(story, async story => {
        const view = (await settle(story)).at(-1)?.view ?? new ClusterView()
        for (const {unit, file, desiredState, generation} of view.allAssignments()) {
          const record = view.units.get(unit)
          if (record === undefined || !view.files.has(record.file) || record.desiredState === 'inactive') continue
          if ([...view.unreadable.keys()].some(key => key.endsWith(unit))) continue
          const shelved = new UnitShelf().unit(unit, record.file, view.files.get(record.file))
          if (shelved !== undefined)
            expect({file, desiredState, generation}).toMatchObject({
              file: record.file,
              desiredState: record.desiredState,
              generation: record.generation,
            })
        }
      }),
      runs,
    ))

  test('touches nothing that it cannot read, nor any unit that this speaks of', () =>
    fc.assert(
      fc.asyncProperty(story, async story => {
        for (const {view, decisions} of await settle(story)) {
          const touched = batchesOf(decisions, view, 127)
            .flat()
            .map(({key}) => key)
          expect(touched.filter(key => view.unreadable.has(key))).toEqual([])
          const moved = decisions.filter(({kind}) => kind === 'place' || kind === 'evict').map(({unit}) => unit)
          const unread = [...view.unreadable.keys()].filter(key => key.startsWith('units/') || key.startsWith('assignments/'))
          expect(moved.filter(unit => unread.some(key => key.endsWith(`/${unit}`)))).toEqual([])
        }
      }),
      runs,
    ))

  test('keeps all that a unit’s decisions write in one commit, no key twice, within any limit', () =>
    fc.assert(
      fc.asyncProperty(story, fc.integer({min: 3, max: 8}), async (story, limit) => {
        for (const {view, decisions} of await settle(story)) {
          const batches = batchesOf(decisions, view, limit)
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(limit)
            expect(new Set(batch.map(({key}) => key)).size).toBe(batch.length)
          }
          const flat = batches.flat()
          expect(new Set(flat.map(({key}) => key)).size).toBe(flat.length)
          for (const name of new Set(decisions.map(({unit}) => unit))) {
            const holding = batches.filter(batch => batch.some(({key}) => key.endsWith(`/${name}`)))
            const count = flat.filter(({key}) => key.endsWith(`/${name}`)).length
            if (count <= limit) expect(holding.length).toBeLessThanOrEqual(1)
          }
        }
      }),
      runs,
    ))
})
