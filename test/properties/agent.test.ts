import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Situation, sameIdentity, type Wanted} from '../../src/lib/agent/situation.ts'
import {describeStep, type Step} from '../../src/lib/agent/step.ts'
import {stillWanted} from '../../src/lib/agent/workshop.ts'
import type {Run} from '../../src/lib/drivers/driver.ts'
import {AgentWorld, attemptKey, type Look} from '../fakes/agent-world.ts'
import {propertyRuns} from '../fakes/property-runs.ts'
import {unitText, wantedOf} from '../fakes/situation.ts'

const units = ['a.service', 'b.service', 'c.service'] as const
/** Most differ only in policy, which keeps a run; the last is another run. */
const texts = [
  unitText(),
  unitText('Restart=always\nRestartSec=1'),
  `# As the one before.\n${unitText('Restart=always\nRestartSec=1')}`,
  unitText('Restart=on-failure\nRestartSec=60\nStartLimitBurst=2\nStartLimitIntervalSec=600'),
  unitText('Type=oneshot\nRestart=on-failure'),
  unitText('Type=oneshot\nRemainAfterExit=yes'),
  unitText('Restart=always', {more: '[X-Fleet]\nOnDisconnect=stop'}),
  unitText('Restart=no', {image: 'app:2'}),
] as const

const unit = fc.constantFrom(...units)
const event = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('assign'),
      unit,
      text: fc.constantFrom(...texts),
      fresh: fc.boolean(),
      desiredState: fc.constantFrom('loaded', 'launched', 'launched', 'launched'),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('unassign'), unit})},
  {weight: 5, arbitrary: fc.record({kind: fc.constant('exit'), unit, code: fc.constantFrom(0, 0, 1, 137, 143)})},
  {weight: 3, arbitrary: fc.record({kind: fc.constant('time'), milliseconds: fc.constantFrom(1, 100, 1_000, 61_000, 700_000)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('remove'), unit})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('stray'), unit})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('restart'), afterSteps: fc.nat(6)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('boot')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('freeze'), unit})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('connection')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('image'), there: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('port'), unit, free: fc.boolean()})},
)
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

test('whatever happens, only what must stop is stopped, and nothing runs twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, {maxLength: 40}), async events => {
      const world = new AgentWorld()
      // What is fetched is not given up for no reason: another look plans the same.
      world.fetched = step =>
        expect(
          stillWanted({step, chain: [step], since: 0}, world.look().plans.get(step.unit.name)?.steps),
          describeStep(step),
        ).toBe(true)
      const succeeded = new Set<string>()
      for (const each of events) {
        happen(world, each)
        const diesAfter = each.kind === 'restart' ? each.afterSteps : undefined
        for (let round = 0; round < 3; round++) {
          const look = world.look()
          checkPlans(look)
          checkDone(look, succeeded, world.disconnected)
          await world.act(look.plans, round === 0 ? diesAfter : undefined)
        }
        checkRuns(world)
      }
    }),
    propertyRuns(300),
  )
})

test('when nothing more happens the machine comes to rest, as its units want it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, {maxLength: 40}), fc.boolean(), async (events, mended) => {
      const world = new AgentWorld()
      for (const each of events) {
        happen(world, each)
        await world.act(world.look().plans, each.kind === 'restart' ? each.afterSteps : undefined)
      }
      world.disconnected = false
      world.frozen.clear()
      if (mended) mend(world)
      await comeToRest(world)
      for (const name of units) checkRest(world, name)
      const before = world.runs()
      world.restartAgent()
      expect(await world.roundsToRest(), 'a new agent finds everything at rest').toBe(0)
      expect(world.runs()).toEqual(before)
    }),
    propertyRuns(300),
  )
})

function happen(world: AgentWorld, each: Event): void {
  switch (each.kind) {
    case 'assign': {
      const before = world.wanted.get(each.unit)?.identity.generation ?? 1
      const desiredState = each.desiredState === 'loaded' ? 'loaded' : 'launched'
      const wanted = wantedOf(each.text, {name: each.unit, generation: before + (each.fresh ? 1 : 0), desiredState})
      world.wanted.set(each.unit, wanted)
      return
    }
    case 'unassign':
      world.wanted.delete(each.unit)
      return
    case 'exit':
      world.driver.exit(each.unit, each.code)
      return
    case 'time':
      world.now += each.milliseconds
      return
    case 'remove':
      world.removeRuns(each.unit)
      return
    case 'stray':
      world.addStray(each.unit)
      return
    case 'boot':
      world.boot()
      return
    case 'freeze':
      if (!world.frozen.delete(each.unit)) world.frozen.add(each.unit)
      return
    case 'connection':
      world.disconnected = !world.disconnected
      return
    case 'image':
      world.driver.failPrepare('app:1', each.there ? undefined : 'no such image')
      return
    case 'port':
      world.driver.failStart(each.unit, each.free ? undefined : 'port is taken')
      return
    case 'restart':
      // The agent dies in the midst of its next steps.
      return
  }
}

function mend(world: AgentWorld): void {
  world.driver.failPrepare('app:1')
  for (const name of units) world.driver.failStart(name)
}

/** What no plan may do. */
function checkPlans({situation, plans}: Look): void {
  for (const [name, {steps}] of plans) {
    expect(situation.frozen.has(name), `${name} is frozen`).toBe(false)
    for (const [at, step] of steps.entries()) {
      expect(step.reason, step.kind).not.toBe('')
      if (step.kind === 'stop') expect(mustStop(situation, step.run), describeStep(step)).toBe(true)
      if (step.kind === 'remove' || step.kind === 'set-aside')
        expect(isOver(step.run, steps.slice(0, at)), describeStep(step)).toBe(true)
      if (step.kind === 'start') expect(situation.wanted.get(name)?.desiredState).toBe('launched')
    }
  }
}

/** The only reasons to stop what runs. */
function mustStop(situation: Situation, run: Run): boolean {
  const wanted = situation.wanted.get(run.unit)
  if (wanted === undefined || wanted.desiredState === 'loaded') return true
  if (!sameIdentity(wanted.identity, run.identity)) return true
  return situation.disconnected && wanted.unit.placement.onDisconnect === 'stop'
}

function isOver(run: Run, earlier: readonly Step[]): boolean {
  return run.phase !== 'running' || earlier.some(step => step.kind === 'stop' && step.run.id === run.id)
}

/** A oneshot that the cluster was told to have succeeded is not started again as it is. */
function checkDone({situation, plans}: Look, succeeded: Set<string>, untold: boolean): void {
  const keyOf = ({unit: {name}, file, identity}: Wanted) => `${name} ${file} ${identity.generation}`
  for (const [name, {steps}] of plans) {
    const wanted = situation.wanted.get(name)
    if (wanted === undefined || wanted.unit.service.type !== 'oneshot' || !succeeded.has(keyOf(wanted))) continue
    expect(steps.map(({kind}) => kind)).not.toContain('start')
  }
  const current = new Set([...situation.wanted.values()].map(keyOf))
  for (const key of succeeded) if (!current.has(key) && !situation.frozen.has(key.split(' ')[0] ?? '')) succeeded.delete(key)
  if (untold) return
  for (const run of situation.runs) {
    const wanted = situation.wanted.get(run.unit)
    if (wanted?.unit.service.type !== 'oneshot' || !sameIdentity(wanted.identity, run.identity)) continue
    if (run.phase === 'exited' && run.exitCode === 0) succeeded.add(keyOf(wanted))
  }
}

/** What may be there after the agent has acted. */
function checkRuns(world: AgentWorld): void {
  for (const name of units) {
    if (world.frozen.has(name)) continue
    const running = world.runs(name).filter(run => run.phase === 'running')
    expect(running.length, `runs of ${name}`).toBeLessThanOrEqual(1)
    const wanted = world.wanted.get(name)
    if (running.length === 0 || wanted === undefined) expect(running.length).toBe(0)
    else if (world.disconnected) expect(wanted.unit.placement.onDisconnect).toBe('keep')
  }
}

async function comeToRest(world: AgentWorld): Promise<void> {
  expect(await world.roundsToRest()).toBeLessThan(200)
}

/** What rest means, said without the planner: it runs as it is wanted, or has come to the end that its policy allows. */
function checkRest(world: AgentWorld, name: string): void {
  const wanted = world.wanted.get(name)
  const kept = world.runs(name).filter(run => run.aside)
  const runs = world.runs(name).filter(run => !run.aside)
  const state = world.told.get(name)
  if (wanted === undefined) {
    expect([...runs, ...kept], `${name} is not assigned`).toEqual([])
    expect(state).toBeUndefined()
    return
  }
  expect(runs.length).toBeLessThanOrEqual(1)
  expect(kept.length, `runs of ${name} set aside`).toBeLessThanOrEqual(1)
  const [run] = runs
  // What ran before runs on where its successor could not be fetched.
  if (state?.startError === undefined && run !== undefined) expect(run.identity).toEqual(wanted.identity)
  expect(state).toMatchObject({file: wanted.file, generation: wanted.identity.generation})
  const {service} = wanted.unit
  if (wanted.desiredState === 'loaded') {
    expect(run?.phase, `${name} is loaded`).not.toBe('running')
    return
  }
  if (run?.phase === 'running' && sameIdentity(run.identity, wanted.identity)) {
    expect(state?.active).toBe(service.type === 'oneshot' ? 'activating' : 'active')
    return
  }
  if (service.type === 'oneshot' && state?.done === true) return
  const givenUp = (world.attempts.get(attemptKey(name, wanted.identity)) ?? 0) >= service.startLimitBurst
  const code = run?.phase === 'exited' ? run.exitCode : undefined
  const startsAgain = service.restart === 'always' || (service.restart === 'on-failure' && code !== 0)
  expect(startsAgain && !givenUp, `${name} waits for nothing: ${JSON.stringify(state)}`).toBe(false)
  if (code !== 0) expect(state?.active).toBe('failed')
  if (run === undefined) expect(state?.startError, `${name} has no run`).toBeDefined()
}
