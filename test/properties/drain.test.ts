import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Decision} from '../../src/lib/scheduler/decision.ts'
import {planRebalance} from '../../src/lib/scheduler/rebalance.ts'
import {scheduleAndShow} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot, SnapshotMachine, SnapshotMove, SnapshotPlacement} from '../../src/lib/scheduler/snapshot.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {follow, unitWith} from '../fakes/snapshot.ts'

const runs = propertyRuns(400)
const ids = ['m1', 'm2', 'm3', 'm4']

const machine = (id: string): fc.Arbitrary<SnapshotMachine> =>
  fc
    .record({
      cpus: fc.integer({min: 1, max: 5}),
      zone: fc.option(fc.constantFrom('1', '2'), {freq: 5}),
      drain: fc.option(fc.integer({min: 1, max: 3}), {freq: 2}),
    })
    .map(({cpus, zone}) => ({
      ...{id, label: id, drivers: ['docker'], cordoned: false, leaving: false},
      metadata: zone === null ? {} : {zone},
      capacity: {cpus, memoryBytes: 0, diskBytes: 0, devices: {}},
    }))

const lines = fc
  .record({
    cpu: fc.constantFrom('', 'Requests=cpu=1', 'Requests=cpu=2', 'Requests=cpu=0.5'),
    port: fc.constantFrom('', '', 'Ports=80'),
    most: fc.constantFrom('', '', 'MaxPerMachine=1', 'MaxPer=zone:1'),
    spread: fc.constantFrom('', '', 'Spread=zone'),
    keep: fc.constantFrom('', 'KeepAtLeast=1', 'KeepAtLeast=2'),
    once: fc.constantFrom('', '', 'OnDisconnect=stop'),
    ties: fc.constantFrom('', '', '', 'Conflicts=a@*.service', 'MachineOf=a@1.service', 'Replaces=b@1.service', 'Global=yes'),
    sticky: fc.constantFrom('', '', 'Sticky=yes'),
  })
  .map(({ties, ...parts}) => [...Object.values(parts), ties].filter(line => line !== ''))

const units: fc.Arbitrary<readonly Unit[]> = fc
  .array(fc.record({lines, count: fc.integer({min: 1, max: 3})}), {minLength: 1, maxLength: 4})
  .map(families =>
    families.flatMap(({lines: said, count}, index) =>
      Array.from({length: count}, (_, at) => {
        const name = `${'abcd'[index]}@${at + 1}`
        return unitWith(
          name,
          said.filter(line => !line.includes(`${name}.service`)),
        )
      }),
    ),
  )

/** How each target turns out when it is looked at: it runs, takes another look, or fails. */
const fates = fc.array(fc.constantFrom('runs', 'runs', 'starting', 'failed'), {minLength: 4, maxLength: 12})

const world = fc.record({
  machines: fc.tuple(...ids.map(machine)).chain(all => fc.subarray([...all], {minLength: 2})),
  units,
  draining: fc.dictionary(fc.constantFrom(...ids), fc.integer({min: 1, max: 3}), {minKeys: 1, maxKeys: 2}),
  fates,
  undo: fc.option(fc.integer({min: 1, max: 5}), {freq: 3}),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

interface Look {
  readonly before: Snapshot
  readonly decisions: readonly Decision[]
  readonly after: Snapshot
}

function begin({machines, units: all}: Pick<World, 'machines' | 'units'>): Snapshot {
  return {
    ...{
      machines,
      placements: [],
      stopping: [],
      frozen: new Set<string>(),
      gone: new Set<string>(),
      recentlyLost: new Set<string>(),
    },
    units: all.map(unit => ({unit, finished: false})),
  }
}

/** Every look until nothing is decided any more. */
function settle(
  start: Snapshot,
  how: {fates?: readonly string[]; moves?: readonly SnapshotMove[]; until?: number} = {},
): readonly Look[] {
  const looks: Look[] = []
  let next = 0
  const fate = new Map<string, SnapshotPlacement['pending']>()
  const waits = new Map<string, number>()
  let moves = how.moves ?? []
  for (let before: Snapshot = start; ; ) {
    if (looks.length > 200) throw new Error('does not come to rest')
    const {decisions, unwished} = scheduleAndShow({...before, moves})
    moves = moves.filter(({unit}) => !unwished.some(each => each.unit === unit))
    const after = follow(before, decisions)
    looks.push({before, decisions, after})
    if (how.until !== undefined && looks.length >= how.until) return looks
    let changed = false
    const placements = after.placements.map((placement): SnapshotPlacement => {
      const {pending: _pending, ...rest} = placement
      if (placement.from === undefined) return rest
      const key = `${placement.unit} ${placement.machine} ${placement.since}`
      if (!waits.has(key)) {
        const word = how.fates?.[next++ % (how.fates.length || 1)] ?? 'runs'
        fate.set(key, word === 'failed' ? 'failed' : word === 'starting' ? 'starting' : undefined)
        waits.set(key, 0)
        if (fate.get(key) === 'starting') changed = true
      } else if (fate.get(key) === 'starting') {
        fate.set(key, undefined)
        changed = true
      }
      const pending = fate.get(key)
      return pending === undefined ? rest : {...rest, pending}
    })
    const isStill = decisions.every(({kind}) => kind === 'refuse') && unwished.length === 0 && !changed
    if (isStill) return looks
    before = {...after, placements}
  }
}

function drained({machines, draining}: World, snapshot: Snapshot): Snapshot {
  const told = machines.map(each => {
    const maxParallel = draining[each.id]
    return maxParallel === undefined ? each : {...each, cordoned: true, drain: {maxParallel}}
  })
  return {...snapshot, machines: told}
}

function rest(looks: readonly Look[]): Snapshot {
  const last = looks.at(-1)
  if (last === undefined) throw new Error('nobody looked')
  return last.after
}

const family = (name: string) => name.slice(0, 2)
const running = (snapshot: Snapshot) =>
  new Set(snapshot.placements.filter(each => each.pending === undefined).map(({unit}) => unit))

/** Each look of a drain. */
function drains(check: (looks: readonly Look[], world: World, units: ReadonlyMap<string, Unit>) => void): void {
  fc.assert(
    fc.property(world, story => {
      const start = rest(settle(begin(story)))
      const looks = settle(
        drained(story, start),
        story.undo === null ? {fates: story.fates} : {fates: story.fates, until: story.undo},
      )
      check(looks, story, new Map(story.units.map(unit => [unit.name, unit])))
    }),
    runs,
  )
}

describe('a drain', () => {
  test('ends with the machine empty of all that fits elsewhere and runs there', () =>
    drains((looks, {draining, undo}) => {
      if (undo !== null) return
      const snapshot = rest(looks)
      const {kept} = scheduleAndShow(snapshot)
      for (const {unit, machine} of snapshot.placements) {
        if (draining[machine] === undefined) continue
        const isTold = kept.some(
          each => each.unit === unit && each.machine === machine && ['nowhere', 'floor'].includes(each.why),
        )
        const isFailing = snapshot.placements.some(each => each.unit === unit && each.pending === 'failed')
        const waitsForOthers = snapshot.placements.some(each => each.from === machine && each.pending === 'failed')
        expect(isTold || isFailing || waitsForOthers, `${unit} is left on ${machine}`).toBe(true)
      }
    }))

  test('takes nobody away who does not run elsewhere, but for those who must not run twice, or stand with others', () =>
    drains((looks, _, byName) => {
      for (const {before, decisions} of looks) {
        for (const each of decisions) {
          if (each.kind !== 'evict' || !each.reason.startsWith('moved to')) continue
          const target = before.placements.find(({unit, from}) => unit === each.unit && from === each.machine)
          expect(target?.pending).toBeUndefined()
        }
        for (const each of decisions) {
          if (each.kind !== 'evict' || each.reason !== 'the machine is drained') continue
          const unit = byName.get(each.unit)
          const goes = decisions.some(other => other.kind === 'move' && other.unit === each.unit)
          const isOne = unit?.placement.onDisconnect === 'stop'
          expect(goes || unit?.placement.global || isOne || besideOne(unit, byName)).toBe(true)
          if (isOne) expect(goes).toBe(false)
        }
      }
    }))

  test('leaves every family as many that run as it keeps', () =>
    drains((looks, {units: all}) => {
      for (const {before, decisions} of looks) {
        const serving = running(before)
        const gone = decisions.filter(each => each.kind === 'evict' && each.reason === 'the machine is drained')
        for (const each of gone) {
          const floor = Math.max(
            0,
            ...all.filter(({name}) => name === each.unit).map(({placement}) => placement.keepAtLeast ?? 0),
          )
          const unit = all.find(({name}) => name === each.unit)
          if (unit?.placement.global) continue
          const left = [...serving].filter(name => family(name) === family(each.unit) && !gone.some(other => other.unit === name))
          expect(left.length, each.unit).toBeGreaterThanOrEqual(floor)
        }
      }
    }))

  test('has no more on their way than it may', () =>
    drains((looks, {draining}) => {
      for (const {after} of looks)
        for (const [machine, most] of Object.entries(draining)) {
          const away = after.placements.filter(
            ({unit, from, machine: at}) =>
              from === machine && after.placements.some(each => each.unit === unit && each.machine === machine && at !== machine),
          )
          expect(away.filter(({pending}) => pending !== 'failed').length).toBeLessThanOrEqual(most)
        }
    }))

  test('has units stand twice only while they are moved, and on two machines at most', () =>
    drains((looks, _, byName) => {
      for (const {after} of looks)
        for (const [unit, places] of Map.groupBy(after.placements, each => each.unit)) {
          if (byName.get(unit)?.placement.global || places.length < 2) continue
          expect(places.length).toBe(2)
          expect(places.some(each => places.some(other => other !== each && each.from === other.machine))).toBe(true)
          expect(byName.get(unit)?.placement.onDisconnect).toBe('keep')
        }
    }))

  test('that is undone leaves nobody on two machines', () =>
    drains((looks, {machines}, byName) => {
      const {placements, ...snapshot} = rest(looks)
      const calm = rest(settle({...snapshot, placements, machines}))
      for (const [unit, places] of Map.groupBy(calm.placements, each => each.unit))
        if (!byName.get(unit)?.placement.global) expect(places.length, unit).toBe(1)
    }))
})

describe('evening out', () => {
  test('ends, and makes the machines no more unlike', () => {
    fc.assert(
      fc.property(world, story => {
        const start = rest(settle(drained(story, rest(settle(begin(story))))))
        const calm = rest(settle({...start, machines: story.machines}))
        // Who had no place may get one by it.
        fc.pre(scheduleAndShow(calm).decisions.length === 0)
        const moves = planRebalance(calm, 50)
        expect(moves.length).toBeLessThanOrEqual(story.units.length)
        const after = rest(settle(calm, {moves}))
        expect(fullest(after)).toBeLessThanOrEqual(fullest(calm) + 1e-9)
        const again = planRebalance(after, 50)
        if (moves.length === 0) expect(again).toEqual([])
        for (const {unit} of moves) {
          const placement = story.units.find(({name}) => name === unit)?.placement
          expect(placement?.sticky ?? false).toBe(false)
          expect(placement?.onDisconnect).toBe('keep')
        }
      }),
      runs,
    )
  })
})

function besideOne(unit: Unit | undefined, byName: ReadonlyMap<string, Unit>): boolean {
  if (unit === undefined) return false
  const peers = [...byName.values()].filter(
    ({name, placement}) => unit.placement.machineOf.includes(name) || placement.machineOf.includes(unit.name),
  )
  return peers.length > 0
}

function fullest(snapshot: Snapshot): number {
  const {rooms} = scheduleAndShow(snapshot)
  return Math.max(...rooms.map(({load}) => load))
}
