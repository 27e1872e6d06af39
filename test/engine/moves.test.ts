import {describe, expect, test} from 'vitest'
import {encode} from '../../src/lib/cluster/codec.ts'
import {
  assignmentSchema,
  clusterSettingsSchema,
  machineSettingsSchema,
  moveSchema,
  unitStateSchema,
} from '../../src/lib/cluster/model.ts'
import {describeDecision, planEngine, planEvening} from '../../src/lib/engine/plan.ts'
import {nextDeadline, takeSnapshot} from '../../src/lib/engine/snapshot.ts'
import {UnitShelf} from '../../src/lib/engine/unit-shelf.ts'
import {writesOf} from '../../src/lib/engine/writes.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {textOf, viewOf} from '../fakes/engine-story.ts'

const file = fileHash(textOf('v1'))
const target = encode(assignmentSchema, {file, desiredState: 'launched', generation: 0, reason: 'told', from: 'a'})
const state = (parts: object) =>
  encode(unitStateSchema, {
    load: 'loaded',
    active: 'active',
    sub: 'running',
    file,
    generation: 0,
    restarts: 0,
    since: 0,
    starts: [],
    ...parts,
  })
const drain = (parts: object = {}) => encode(machineSettingsSchema, {drain: {maxParallel: 1, ...parts}})

const moving = (raw: Readonly<Record<string, string>>) =>
  viewOf({
    machines: ['a', 'b'],
    units: ['x'],
    placed: ['x on a'],
    states: ['x on a'],
    raw: {[keys.machineSettings('a')]: drain(), [keys.assignment('b', 'x.service')]: target, ...raw},
  })

const plan = (view: ReturnType<typeof viewOf>, now = 0) =>
  planEngine(view, new UnitShelf(), {now}).decisions.map(describeDecision)

describe('a unit runs where it is moved to', () => {
  test.each([
    {name: 'without a word of it', parts: undefined, pending: 'starting'},
    {name: 'when it is active', parts: {}, pending: undefined},
    {name: 'when it is active and healthy', parts: {health: 'healthy'}, pending: undefined},
    {name: 'when its health is not known yet', parts: {health: 'starting'}, pending: 'starting'},
    {name: 'when it starts', parts: {active: 'activating', sub: 'start'}, pending: 'starting'},
    {name: 'when it is tried again', parts: {active: 'activating', sub: 'auto-restart'}, pending: 'failed'},
    {name: 'when it has failed', parts: {active: 'failed', sub: 'failed'}, pending: 'failed'},
    {name: 'when its file is bad there', parts: {load: 'bad-setting', active: 'inactive', sub: 'dead'}, pending: 'failed'},
    {name: 'when it ran to its end', parts: {active: 'inactive', sub: 'dead', exitCode: 0}, pending: undefined},
    {name: 'when it is a job that is done', parts: {active: 'inactive', sub: 'dead', done: true}, pending: undefined},
  ])('$name: pending $pending', ({parts, pending}) => {
    const view = moving(parts === undefined ? {} : {[keys.state('b', 'x.service')]: state(parts)})
    const {placements} = takeSnapshot(view, new UnitShelf())
    expect(placements.find(({machine}) => machine === 'b')).toMatchObject({from: 'a'})
    expect(placements.find(({machine}) => machine === 'b')?.pending).toBe(pending)
    expect(plan(view)).toEqual(
      pending === undefined && parts?.done !== true
        ? ['take x.service from a: moved to b: the machine is drained']
        : expect.any(Array),
    )
  })
})

test('a machine that is drained is empty at its deadline, come what may', () => {
  const view = viewOf({
    machines: ['a role=web', 'b'],
    units: ['x: MachineMetadata=role=web'],
    placed: ['x on a'],
    states: ['x on a'],
    raw: {[keys.machineSettings('a')]: drain({deadline: 1000})},
  })
  expect(plan(view, 999)).toEqual([])
  expect(plan(view, 1000)[0]).toBe('take x.service from a: machine a is leaving')
  expect(nextDeadline(view, 0)).toBe(1000)
  expect(nextDeadline(view, 1000)).toBe(Number.POSITIVE_INFINITY)
})

test('a move is written with where the unit came from, and stays so when it is updated', () => {
  const view = viewOf({machines: ['a', 'b'], units: ['x'], placed: ['x on a']})
  const [write] = writesOf({kind: 'move', unit: 'x.service', machine: 'b', from: 'a', reason: 'told'}, view)
  expect(write).toMatchObject({kind: 'put', key: 'assignments/b/x.service', value: expect.stringContaining('"from":"a"')})
  const [again] = writesOf({kind: 'update', unit: 'x.service', machine: 'b', reason: 'launched is wanted'}, moving({}))
  expect(again).toMatchObject({value: expect.stringContaining('"from":"a"')})
})

test('a wish that is fulfilled is forgotten', () => {
  const value = encode(moveSchema, {from: 'a', to: 'b', reason: 'told'})
  const view = viewOf({
    machines: ['a', 'b'],
    units: ['x'],
    placed: ['x on b'],
    states: ['x on b'],
    raw: {[keys.move('x.service')]: value},
  })
  expect(plan(view)).toEqual(['x.service is not to be moved any more: it is there'])
  expect(writesOf({kind: 'unwish', unit: 'x.service', reason: 'told'}, view)).toEqual([{kind: 'delete', key: 'moves/x.service'}])
})

test('the cluster is evened out only where that is wanted', () => {
  const units = ['u', 'v', 'w', 'x', 'y']
  const story = {
    machines: ['a', 'b'],
    units,
    placed: units.map(name => `${name} on a`),
    states: units.map(name => `${name} on a`),
  }
  const on = {[keys.clusterSettings]: encode(clusterSettingsSchema, {rebalance: true})}
  expect(planEvening(viewOf(story), new UnitShelf(), 0)).toEqual([])
  expect(planEvening(viewOf({...story, raw: on}), new UnitShelf(), 0)).toMatchObject([{kind: 'wish', from: 'a', to: 'b'}])
})
