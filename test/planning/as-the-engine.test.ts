import {afterEach, beforeEach, expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {wishFor} from '../../src/lib/cluster/desire.ts'
import {unitStateSchema} from '../../src/lib/cluster/model.ts'
import {readCluster} from '../../src/lib/cluster/read.ts'
import type {ClusterView} from '../../src/lib/cluster/view.ts'
import type {Change} from '../../src/lib/planning/change.ts'
import {rehearse} from '../../src/lib/planning/rehearse.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Write} from '../../src/lib/store/store.ts'
import {EngineRoom} from '../fakes/engine-room.ts'
import type {StoredStory} from '../fakes/engine-story.ts'
import {fullName, shortName} from '../fakes/snapshot.ts'
import {until} from '../fakes/until.ts'

let room: EngineRoom
const over = new AbortController()
beforeEach(() => {
  room = new EngineRoom()
})
afterEach(() => room.close())

type Done = Change & ({readonly kind: 'wish'} | {readonly kind: 'lose'})
type Case = readonly [name: string, story: StoredStory, change: Done]

const wish = (wish: 'start' | 'stop' | 'unload' | 'destroy', ...units: readonly string[]): Done => ({
  ...{kind: 'wish', wish, submissions: [], replace: false},
  units: units.map(fullName),
})

test.each<Case>([
  ['a start', {machines: ['a', 'b'], units: ['x', 'y', 'z inactive']}, wish('start', 'z')],
  [
    'a start that others give way to',
    {
      machines: ['a role=web', 'b', 'c'],
      units: ['x: Priority=10; Ports=80', 'y: Ports=80', 'z inactive: Priority=90; MachineMetadata=role=web; Ports=80'],
    },
    wish('start', 'z'),
  ],
  [
    'an end that makes room',
    {machines: ['a', 'b'], units: ['x: Ports=80', 'y: Ports=80', 'z: Ports=80', 'v: MachineOf=z.service']},
    wish('destroy', 'x'),
  ],
  ['one that others stand beside goes', {machines: ['a', 'b'], units: ['x', 'y: MachineOf=x.service']}, wish('unload', 'x')],
  [
    'a machine that is lost',
    {machines: ['a', 'b', 'c'], units: ['x', 'y', 'z', 'v: Conflicts=x.service']},
    {kind: 'lose', machines: ['a']},
  ],
])('what is foretold of %s is what the engine does', async (_, story, change) => {
  await room.tell(story)
  await room.engine('e')
  const before = await atRest()
  const foretold = rehearse(before.view, change, {revision: before.revision, now: Date.now()})
  if (change.kind === 'wish') await wishFor(room.store, change.units, change.wish, over.signal)
  else await room.write(change.machines.map(id => ({kind: 'delete', key: keys.machine(id)})))
  await until('what was foretold', async () => {
    const {view} = await obeyed()
    return placesIn(view).join() === placesIn(foretold.after).join()
  }).catch(async error => {
    throw new Error(`${error.message}: ${placesIn((await obeyed()).view)} and not ${placesIn(foretold.after)}`)
  })
  const after = await atRest()
  expect(placesIn(after.view)).toEqual(placesIn(foretold.after))
  expect(refusedIn(after.view)).toEqual(refusedIn(foretold.after))
})

interface Looked {
  readonly view: ClusterView
  readonly revision: number
  /** Whether the agents had nothing to do. */
  readonly calm: boolean
}

async function obeyed(): Promise<Looked> {
  const {view, revision} = await readCluster(room.store.inner, over.signal)
  const writes = obedience(view)
  await room.write(writes)
  return {view, revision, calm: writes.length === 0}
}

/** Once neither the engine nor an agent has written anything for several looks. */
async function atRest(): Promise<Looked> {
  let calm = 0
  let last = await obeyed()
  await until('the cluster rests', async () => {
    const looked = await obeyed()
    calm = looked.calm && looked.revision === last.revision ? calm + 1 : 0
    last = looked
    return calm >= 10 && looked.view.leader !== undefined
  })
  return last
}

const running = {load: 'loaded', active: 'active' as const, sub: 'running', restarts: 0, since: 0, starts: []}

/** What agents would write of themselves. */
function obedience(view: ClusterView): readonly Write[] {
  const writes: Write[] = []
  for (const machine of view.machines.keys()) {
    const assigned = view.assignments.get(machine)
    for (const unit of view.states.get(machine)?.keys() ?? [])
      if (!assigned?.has(unit)) writes.push({kind: 'delete', key: keys.state(machine, unit)})
    for (const {unit, file, generation} of assigned?.values() ?? []) {
      const state = view.state(machine, unit)
      if (state?.file === file && state.generation === generation) continue
      const value = encode(unitStateSchema, {...running, file, generation})
      writes.push({kind: 'put', key: keys.state(machine, unit), value})
    }
  }
  return writes
}

function placesIn(view: ClusterView): readonly string[] {
  return [...view.allAssignments()]
    .map(({unit, machine, desiredState}) => `${shortName(unit)} ${desiredState} on ${machine}`)
    .sort()
}

function refusedIn(view: ClusterView): readonly string[] {
  return [...view.refusals.values()].map(({unit, reason}) => `${shortName(unit)}: ${reason}`).sort()
}
