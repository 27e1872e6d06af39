import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Situation, sameIdentity} from '../../src/lib/agent/situation.ts'
import {describeStep} from '../../src/lib/agent/step.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {AgentWorld, type Look} from '../fakes/agent-world.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {unitText, wantedOf} from '../fakes/situation.ts'

const units = ['main.service', 'side.service', 'far.service'] as const
const shell = '[Service]\nExecStart=/bin/sh -c "exec serve"\n'
/** What each may be: a container or a unit of systemd's, by itself or bound to the one before it. */
const texts = [
  unitText('Restart=always\nRestartSec=1'),
  unitText('', {more: '[Unit]\nBindsTo=main.service'}),
  shell,
  `${shell}RestartSec=7\n`,
  `${shell}Type=oneshot\n`,
  `${shell}Type=oneshot\nRemainAfterExit=yes\n`,
  `${shell}[Unit]\nBindsTo=main.service\n`,
  `${shell}[Unit]\nBindsTo=side.service\n`,
  `${shell}[Unit]\nRequires=main.service\n`,
  `${shell}[X-Fleet]\nOnDisconnect=stop\n`,
] as const

const unit = fc.constantFrom(...units)
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('assign'),
      unit,
      text: fc.constantFrom(...texts),
      fresh: fc.boolean(),
      desiredState: fc.constantFrom('loaded', 'launched', 'launched'),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('unassign'), unit})},
  {weight: 4, arbitrary: fc.record({kind: fc.constant('exit'), unit, code: fc.constantFrom(0, 1)})},
  {weight: 3, arbitrary: fc.record({kind: fc.constant('time'), milliseconds: fc.constantFrom(1, 1_000, 61_000)})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('restart'), afterSteps: fc.nat(5)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('boot')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('connection')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('refusal'), unit, over: fc.boolean()})},
)
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

test('whatever happens, what runs is stopped only for a reason, and nothing that was started is started again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, {maxLength: 40}), async events => {
      const world = new AgentWorld()
      for (const each of events) {
        happen(world, each)
        const look = world.look()
        checkSteps(look)
        await world.act(look.plans, each.kind === 'restart' ? each.afterSteps : undefined)
        for (const name of units)
          expect(world.runs(name).filter(run => run.phase === 'running').length, name).toBeLessThanOrEqual(1)
      }
    }),
    propertyRuns(500),
  )
})

test('when nothing more happens the machine comes to rest, as its units want it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, {maxLength: 40}), async events => {
      const world = new AgentWorld()
      for (const each of events) {
        happen(world, each)
        await world.act(world.look().plans, each.kind === 'restart' ? each.afterSteps : undefined)
      }
      world.disconnected = false
      for (const name of units) world.driver.failStart(name)
      expect(await world.roundsToRest()).toBeLessThan(200)
      for (const name of units) checkRest(world, name)
      const before = world.runs()
      world.restartAgent()
      expect(await world.roundsToRest(), 'a new agent finds everything at rest').toBeLessThanOrEqual(1)
      expect(world.runs()).toEqual(before)
    }),
    propertyRuns(500),
  )
})

function happen(world: AgentWorld, each: Event): void {
  switch (each.kind) {
    case 'assign': {
      const generation = (world.wanted.get(each.unit)?.identity.generation ?? 1) + (each.fresh ? 1 : 0)
      const desiredState = each.desiredState === 'loaded' ? 'loaded' : 'launched'
      world.wanted.set(each.unit, wantedOf(each.text, {name: each.unit, generation, desiredState}))
      return
    }
    case 'unassign':
      world.wanted.delete(each.unit)
      return
    case 'exit':
      world.now += 10
      world.driver.exit(each.unit, each.code)
      return
    case 'time':
      world.now += each.milliseconds
      return
    case 'boot':
      world.boot()
      return
    case 'connection':
      world.disconnected = !world.disconnected
      return
    case 'refusal':
      world.driver.failStart(each.unit, each.over ? undefined : 'something is missing')
      return
    case 'restart':
      // The agent dies in the midst of its next steps.
      return
  }
}

function checkSteps({situation, plans}: Look): void {
  for (const {steps} of plans.values()) {
    for (const step of steps) {
      if (step.kind === 'stop') expect(mayStop(situation, step.run), describeStep(step)).toBe(true)
      if (step.kind !== 'start' || step.unit.driver !== 'systemd') continue
      const current = situation.runs.find(run => run.unit === step.unit.name && sameIdentity(run.identity, step.identity))
      const runs = current?.phase === 'running' && current.supervised?.launched === true
      expect(runs, `${describeStep(step)}: it runs`).toBe(false)
    }
  }
}

/** The only reasons to end what runs. */
function mayStop(situation: Situation, run: Run): boolean {
  const wanted = situation.wanted.get(run.unit)
  if (wanted === undefined || wanted.desiredState === 'loaded' || !sameIdentity(wanted.identity, run.identity)) return true
  if (run.driver !== wanted.unit.driver) return true
  if (situation.disconnected && wanted.unit.placement.onDisconnect === 'stop') return true
  return wanted.unit.dependencies.bindsTo.some(
    name => situation.wanted.has(name) && !situation.runs.some(each => each.unit === name && each.phase === 'running'),
  )
}

/** What rest means, said without the planner. Two that are bound to each other are left to systemd. */
function checkRest(world: AgentWorld, name: string): void {
  const wanted = world.wanted.get(name)
  const all = world.runs(name)
  const runs = all.filter(run => !run.aside)
  if (wanted === undefined) {
    expect(all, `${name} is not assigned`).toEqual([])
    return
  }
  const {unit, identity, desiredState, file} = wanted
  if (unit.driver !== 'systemd') return
  const done = world.told.get(name)?.done === true
  if (runs.length === 0) expect(done, `${name} is done, or has a run`).toBe(true)
  else expect(runs).toMatchObject([{driver: 'systemd', identity, supervised: {file}}])
  for (const {phase, supervised} of runs) {
    if (desiredState === 'loaded') {
      expect(supervised?.launched).toBe(false)
      continue
    }
    const others = (names: readonly string[]) =>
      names.filter(other => other !== name && world.wanted.get(other)?.unit.dependencies.bindsTo.includes(name) === false)
    const isUp = (other: string) =>
      world.runs(other).some(each => each.phase === 'running') || world.told.get(other)?.done === true
    const {bindsTo, requires} = unit.dependencies
    if (!others(bindsTo).every(isUp)) expect(phase, `${name} does not outlive what it is bound to`).not.toBe('running')
    if (others([...bindsTo, ...requires]).every(isUp) && !done) expect(supervised?.launched, `${name} was started`).toBe(true)
  }
}
