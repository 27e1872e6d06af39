import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {moveSchema, unitRecordSchema, unitStateSchema} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {EngineMind} from '../../src/lib/engine/mind.ts'
import {describeDecision, type EngineDecision, planEngine} from '../../src/lib/engine/plan.ts'
import {Touched} from '../../src/lib/engine/touched.ts'
import {UnitShelf} from '../../src/lib/engine/unit-shelf.ts'
import {batchesOf} from '../../src/lib/engine/writes.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {ChangeEvent, Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {textOf} from '../fakes/engine-story.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {machineEntry, machineSettingsEntry} from '../fakes/stored-cluster.ts'

const runs = propertyRuns(300)
const names = ['a@1', 'a@2', 'a@3', 'b@1', 'b@2', 'c', 'd'].map(each => `${each}.service`)
const machines = ['m1', 'm2', 'm3']

/** Most have nothing to do with others, some do. */
const files = [
  [],
  ['Conflicts=a@*.service'],
  ['Requests=cpu=1'],
  ['Requests=cpu=1', 'Priority=90'],
  ['MachineMetadata=role=web'],
  ['Ports=80'],
  ['Near=c.service'],
  ['MaxPerMachine=1'],
  ['Spread=role'],
  ['Strategy=binpack', 'Requests=memory=1M'],
  ['MachineOf=c.service'],
  ['Replaces=d.service'],
  ['Global=true'],
  ['OnDisconnect=stop', 'KeepAtLeast=1'],
  ['Requests=cpu=1', 'Priority=10', 'KeepAtLeast=1'],
].map(lines => textOf('v1', lines))

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({kind: fc.constant('want' as const), name: fc.constantFrom(...names), file: fc.constantFrom(...files)}),
  },
  {weight: 2, arbitrary: fc.record({kind: fc.constant('again' as const), name: fc.constantFrom(...names)})},
  {
    weight: 2,
    arbitrary: fc.record({kind: fc.constant('drop' as const), name: fc.constantFrom(...names), inactive: fc.boolean()}),
  },
  {weight: 4, arbitrary: fc.record({kind: fc.constant('report' as const), done: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('silence' as const), name: fc.constantFrom(...names)})},
  {
    weight: 1,
    arbitrary: fc.record({kind: fc.constant('machine' as const), machine: fc.constantFrom(...machines), there: fc.boolean()}),
  },
  {
    weight: 1,
    arbitrary: fc.record({kind: fc.constant('cordon' as const), machine: fc.constantFrom(...machines), cordoned: fc.boolean()}),
  },
)
const move = fc.record({
  kind: fc.constant('move' as const),
  name: fc.constantFrom(...names),
  from: fc.constantFrom(...machines),
  to: fc.constantFrom(...machines),
})
const drain = fc.record({
  kind: fc.constant('drain' as const),
  machine: fc.constantFrom(...machines),
  most: fc.integer({min: 0, max: 2}),
  deadline: fc.boolean(),
})
const fail = fc.record({
  kind: fc.constant('fail' as const),
  name: fc.constantFrom(...names),
  machine: fc.constantFrom(...machines),
})
const stepOfAll = fc.oneof(
  {weight: 8, arbitrary: step},
  {weight: 1, arbitrary: move},
  {weight: 1, arbitrary: drain},
  {weight: 1, arbitrary: fail},
)
type Step = typeof stepOfAll extends fc.Arbitrary<infer T> ? T : never

/** What is stored, with an engine that keeps its mind, and what has been touched since it planned. */
class World {
  readonly view = new ClusterView()
  readonly mind = new EngineMind(this.view, new UnitShelf())
  touched = new Touched()
  whole = 0
  plans = 0
  private revision = 0

  constructor() {
    this.touched.everything = true
    for (const machine of machines) this.machine(machine, true)
    for (const file of files) this.write({kind: 'put', key: keys.file(fileHash(file)), value: file})
  }

  write(write: Write): void {
    this.revision += 1
    const {revision} = this
    const known = write.kind === 'put' ? this.created.get(write.key) : undefined
    const event: ChangeEvent =
      write.kind === 'put'
        ? {kind: 'put', entry: {key: write.key, value: write.value, createRevision: known ?? revision, modRevision: revision}}
        : {kind: 'delete', key: write.key}
    if (write.kind === 'put') this.created.set(write.key, known ?? revision)
    else this.created.delete(write.key)
    this.view.apply([event])
    this.touched.add([event])
  }

  machine(id: string, there: boolean): void {
    const {key, value} = machineEntry(id, {
      name: id,
      metadata: id === 'm1' ? {role: 'web'} : {role: 'db'},
      capacity: {cpus: 2, memoryBytes: 2 ** 21},
    })
    this.write(there ? {kind: 'put', key, value} : {kind: 'delete', key})
  }

  take(each: Step): void {
    switch (each.kind) {
      case 'want':
        this.record(each.name, {file: fileHash(each.file), desiredState: 'launched'})
        return
      case 'again':
        if (this.view.units.has(each.name))
          this.record(each.name, {generation: (this.view.units.get(each.name)?.generation ?? 0) + 1})
        return
      case 'drop':
        if (!this.view.units.has(each.name)) return
        if (each.inactive) this.record(each.name, {desiredState: 'inactive'})
        else this.write({kind: 'delete', key: keys.unit(each.name)})
        return
      case 'report':
        this.report(each.done)
        return
      case 'silence':
        for (const [machine, units] of [...this.view.states])
          if (units.has(each.name)) this.write({kind: 'delete', key: keys.state(machine, each.name)})
        return
      case 'machine':
        this.machine(each.machine, each.there)
        return
      case 'cordon': {
        const {key, value} = machineSettingsEntry(each.machine, {cordoned: each.cordoned})
        this.write({kind: 'put', key, value})
        return
      }
      case 'drain': {
        const deadline = each.deadline ? {deadline: 500} : {}
        const drain = each.most === 0 ? {} : {drain: {maxParallel: each.most, ...deadline}}
        const {key, value} = machineSettingsEntry(each.machine, drain)
        this.write({kind: 'put', key, value})
        return
      }
      case 'move': {
        const value = encode(moveSchema, {from: each.from, to: each.to, reason: 'told'})
        this.write({kind: 'put', key: keys.move(each.name), value})
        return
      }
      case 'fail': {
        const assignment = this.view.assignments.get(each.machine)?.get(each.name)
        if (assignment === undefined) return
        const {file, generation} = assignment
        const state = {
          load: 'loaded',
          active: 'failed' as const,
          sub: 'failed',
          restarts: 0,
          since: 1,
          starts: [],
          file,
          generation,
        }
        this.write({kind: 'put', key: keys.state(each.machine, each.name), value: encode(unitStateSchema, state)})
      }
    }
  }

  /** Plans twice: going on, and from nothing; carries out what the first says. */
  plan(now: number): {readonly kept: readonly string[]; readonly fresh: readonly string[]} {
    const {decisions, whole, promised} = this.mind.plan(this.touched, new Set(), now)
    this.touched = new Touched()
    const fresh = planEngine(this.view, new UnitShelf(), {now, promised: this.promised}).decisions
    this.promised = promised
    this.plans += 1
    if (whole) this.whole += 1
    const told = (each: EngineDecision) => whole || each.kind !== 'refuse'
    const kept = decisions.filter(told).map(describeDecision).sort()
    for (const batch of batchesOf(decisions, this.view, 100)) for (const write of batch) this.write(write)
    return {kept, fresh: fresh.filter(told).map(describeDecision).sort()}
  }

  private promised: ReadonlyMap<string, string> = new Map()
  private readonly created = new Map<string, number>()

  private record(name: string, parts: Partial<{file: string; desiredState: 'launched' | 'inactive'; generation: number}>): void {
    const before = this.view.units.get(name)
    const record = {
      ...{file: fileHash(files[0] ?? ''), desiredState: 'launched' as const, generation: 0},
      ...(before === undefined ? {} : {file: before.file, desiredState: before.desiredState, generation: before.generation}),
      ...parts,
    }
    this.write({kind: 'put', key: keys.unit(name), value: encode(unitRecordSchema, record)})
  }

  /** Every machine that is there reports what is assigned to it, and nothing else. */
  private report(done: boolean): void {
    for (const machine of this.view.machines.keys()) {
      const assigned = this.view.assignments.get(machine) ?? new Map()
      for (const name of [...(this.view.states.get(machine)?.keys() ?? [])])
        if (!assigned.has(name)) this.write({kind: 'delete', key: keys.state(machine, name)})
      for (const {unit, file, generation} of [...assigned.values()]) {
        const isJob = unit === 'd.service' && done
        const state = {
          ...{load: 'loaded', active: isJob ? ('inactive' as const) : ('active' as const), sub: isJob ? 'dead' : 'running'},
          ...{file, generation, restarts: 0, since: 1, starts: []},
          ...(isJob ? {done: true} : {}),
        }
        this.write({kind: 'put', key: keys.state(machine, unit), value: encode(unitStateSchema, state)})
      }
    }
  }
}

test('an engine that goes on from its last look decides as one that looks at everything', () => {
  let plans = 0
  let whole = 0
  fc.assert(
    fc.property(fc.array(fc.array(stepOfAll, {minLength: 1, maxLength: 3}), {maxLength: 25}), rounds => {
      const world = new World()
      for (const [round, steps] of [[], ...rounds].entries()) {
        for (const each of steps) world.take(each)
        const {kept, fresh} = world.plan(round * 100)
        expect(kept).toEqual(fresh)
      }
      plans += world.plans
      whole += world.whole
    }),
    runs,
  )
  // It would prove nothing of one that always looks at everything.
  expect(whole / plans).toBeLessThan(0.9)
})
