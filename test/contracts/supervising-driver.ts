import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type Driver, type DriverStep, type Run, StepError} from '../../src/lib/drivers/driver.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {until} from '../fakes/until.ts'

/** An engine that keeps its runs running by itself, and what only its keeper can do to it. */
export interface SupervisingHarness {
  /** A driver for that machine, as an agent opens one when it starts. */
  open(machine: string): Driver
  /** A unit that prints `up` and runs until it is told to end; nothing starts it anew. */
  unit(name: string): Unit
  /** The run ends by itself with this exit code, 0 or 7. */
  end(run: Run, code: 0 | 7): Promise<void>
  /** Removes all that was made. */
  close(): Promise<void>
}

const identity = {runHash: 'c0ffee', generation: 3}
const other = {...identity, generation: 4}
const file = 'f'.repeat(64)
const another = 'e'.repeat(64)

/** What every driver keeps whose runs are supervised: the words of src/lib/drivers/driver.ts, as tests. */
export function supervisingDriverContract(name: string, prepareHarness: () => Promise<SupervisingHarness>): void {
  describe(`${name} keeps the contract of a driver that supervises`, () => {
    let harness: SupervisingHarness | undefined
    let driver: Driver
    let ending: AbortController

    beforeEach(async () => {
      ending = new AbortController()
      harness = undefined
      harness = await prepareHarness()
      driver = harness.open('m1')
    })
    afterEach(async () => {
      if (harness === undefined) return
      ending.abort()
      driver.close()
      await harness.close()
    })

    const perform = (step: DriverStep) => driver.perform(step, ending.signal)
    const unitOf = (unit: string): Unit => {
      if (harness === undefined) throw new Error('there is no harness')
      return harness.unit(unit)
    }
    const onlyRun = async (from = driver): Promise<Run> => {
      const [run, ...others] = await from.observe()
      if (run === undefined || others.length > 0) throw new Error(`${others.length} runs beside ${run?.unit} are observed`)
      return run
    }
    const start = async (unit: Unit): Promise<Run> => {
      await perform({kind: 'start', unit, identity, file})
      await until('it is up', async () => (await onlyRun()).supervised?.sub === 'running')
      await until('it has said so', async () => (await driver.lastLines(await onlyRun(), 9)).includes('up'))
      return onlyRun()
    }
    const endOf = async (run: Run, code: 0 | 7): Promise<Run> => {
      await harness?.end(run, code)
      await until('its end is observed', async () => (await onlyRun()).phase === 'exited')
      return onlyRun()
    }

    test('an engine that has nothing of ours shows nothing', async () => {
      expect(await driver.observe()).toEqual([])
    })

    test('the machine has processors and memory', async () => {
      const {cpus, memoryBytes} = await driver.capacity()
      expect(cpus).toBeGreaterThan(0)
      expect(memoryBytes).toBeGreaterThan(2 ** 20)
    })

    test('a loaded unit is there and does not run', async () => {
      await perform({kind: 'load', unit: unitOf('web@1.service'), identity, file})
      const run = await onlyRun()
      expect(run).toMatchObject({unit: 'web@1.service', driver: 'systemd', identity, phase: 'created'})
      expect(run.supervised).toEqual({load: 'loaded', active: 'inactive', sub: 'dead', launched: false, file, restarts: 0})
      expect(run).not.toHaveProperty('exitCode')
    })

    test('what runs takes something of the machine, and what does not run nothing', async () => {
      const run = await start(unitOf('web.service'))
      const [use, ...others] = await driver.use()
      expect(others).toEqual([])
      expect(use).toMatchObject({unit: run.unit, run: run.id, driver: run.driver, at: expect.any(Number)})
      expect(use?.memoryBytes).toBeGreaterThanOrEqual(0)
      // Not counted under cgroup v1 unless the unit asks for it.
      expect(use?.cpuSeconds ?? 0).toBeGreaterThanOrEqual(0)
      await perform({kind: 'stop', run, graceSeconds: 10})
      expect(await driver.use()).toEqual([])
    })

    test('a started unit runs, with what it was made from', async () => {
      const before = Date.now()
      const run = await start(unitOf('web.service'))
      expect(run).toMatchObject({unit: 'web.service', driver: 'systemd', identity, phase: 'running'})
      expect(run.supervised).toEqual({load: 'loaded', active: 'active', sub: 'running', launched: true, file, restarts: 0})
      expect(run.startedAt).toBeGreaterThanOrEqual(before - 1000)
      expect(run).not.toHaveProperty('exitCode')
      expect(run).not.toHaveProperty('finishedAt')
    })

    test('a loaded unit can be started', async () => {
      const unit = unitOf('web.service')
      await perform({kind: 'load', unit, identity, file})
      expect((await start(unit)).supervised).toMatchObject({launched: true})
    })

    test('to start what runs already changes nothing', async () => {
      const unit = unitOf('web.service')
      const run = await start(unit)
      await perform({kind: 'start', unit, identity, file})
      expect(await driver.observe()).toEqual([run])
    })

    test('what runs does not give way to another', async () => {
      const unit = unitOf('web.service')
      const run = await start(unit)
      const refusal = perform({kind: 'start', unit, identity: other, file})
      await expect(refusal).rejects.toThrow(StepError)
      await expect(refusal).rejects.toThrow(/stop it first/)
      expect(await driver.observe()).toEqual([run])
    })

    test('what was stopped gives way to another', async () => {
      const unit = unitOf('web.service')
      await perform({kind: 'stop', run: await start(unit)})
      await perform({kind: 'start', unit, identity: other, file: another})
      await until('it is up', async () => (await onlyRun()).supervised?.sub === 'running')
      expect(await onlyRun()).toMatchObject({identity: other, phase: 'running', supervised: {launched: true, file: another}})
    })

    test('a newer file of the same run goes beside it', async () => {
      const unit = unitOf('web.service')
      const run = await start(unit)
      await perform({kind: 'load', unit, identity, file: another})
      expect(await driver.observe()).toEqual([{...run, supervised: {...run.supervised, file: another}}])
    })

    test('a unit of another run that is loaded where one has ended has nothing of its past', async () => {
      const unit = unitOf('web.service')
      const run = await endOf(await start(unit), 7)
      await perform({kind: 'remove', run})
      await perform({kind: 'load', unit, identity: other, file})
      const next = await onlyRun()
      expect(next).toMatchObject({identity: other, phase: 'created', supervised: {active: 'inactive', launched: false}})
      expect(next).not.toHaveProperty('exitCode')
      expect(next).not.toHaveProperty('startedAt')
    })

    test('a stop ends it, and stopping again is done already', async () => {
      const run = await start(unitOf('web.service'))
      await perform({kind: 'stop', run})
      const stopped = await onlyRun()
      expect(stopped).toMatchObject({
        phase: 'exited',
        exitCode: 0,
        supervised: {active: 'inactive', sub: 'dead', launched: false},
      })
      expect(stopped.finishedAt).toBeGreaterThanOrEqual(run.startedAt ?? Number.NaN)
      await perform({kind: 'stop', run})
      expect((await onlyRun()).supervised).toEqual(stopped.supervised)
    })

    test('a failure by itself wakes the watch and is observed with its code and reason', async () => {
      let wakes = 0
      const watching = driver.watch(() => wakes++, ending.signal)
      await until('the watch has begun', () => wakes > 0)
      const run = await start(unitOf('web.service'))
      const before = wakes
      await harness?.end(run, 7)
      await until('the watch is woken', () => wakes > before)
      await until('the end is observed', async () => (await onlyRun()).phase === 'exited')
      const ended = await onlyRun()
      expect(ended).toMatchObject({id: run.id, exitCode: 7})
      expect(ended.supervised).toMatchObject({active: 'failed', sub: 'failed', launched: true, reason: 'it exited with 7'})
      expect(ended.finishedAt).toBeGreaterThanOrEqual(run.startedAt ?? Number.NaN)
      ending.abort()
      await watching
    })

    test('a good end by itself is observed, and it counts as started still', async () => {
      const run = await start(unitOf('web.service'))
      const ended = await endOf(run, 0)
      expect(ended).toMatchObject({exitCode: 0, supervised: {active: 'inactive', sub: 'dead', launched: true}})
      expect(ended.supervised).not.toHaveProperty('reason')
      expect(ended.finishedAt).toBeGreaterThanOrEqual(run.startedAt ?? Number.NaN)
    })

    test.each([0, 7] as const)('what ended with %i starts again when it is told to', async code => {
      const unit = unitOf('web.service')
      const first = await start(unit)
      await endOf(first, code)
      await perform({kind: 'start', unit, identity, file})
      await until('it is up', async () => (await onlyRun()).supervised?.sub === 'running')
      const again = await onlyRun()
      expect(again).toMatchObject({phase: 'running', supervised: {active: 'active', launched: true}})
      expect(again.startedAt).toBeGreaterThanOrEqual(first.startedAt ?? Number.NaN)
      expect(again).not.toHaveProperty('exitCode')
      expect(again).not.toHaveProperty('finishedAt')
    })

    test('a unit that runs is not removed; one that was stopped is gone then, and removing it again is done already', async () => {
      const run = await start(unitOf('web.service'))
      await expect(perform({kind: 'remove', run})).rejects.toThrow(StepError)
      expect(await driver.observe()).toEqual([run])
      await perform({kind: 'stop', run})
      await perform({kind: 'remove', run})
      expect(await driver.observe()).toEqual([])
      await perform({kind: 'remove', run})
      await perform({kind: 'stop', run})
      expect(await driver.observe()).toEqual([])
    })

    test('a driver opened later sees the same', async () => {
      const run = await start(unitOf('web.service'))
      const later = harness?.open('m1')
      try {
        expect(await later?.observe()).toEqual([run])
        expect(await later?.lastLines(run, 9)).toContain('up')
      } finally {
        later?.close()
      }
    })

    test.each([0, 7] as const)('a driver opened after an end with %i knows of it', async code => {
      const ended = await endOf(await start(unitOf('web.service')), code)
      const later = harness?.open('m1')
      try {
        const [run] = (await later?.observe()) ?? []
        expect(run).toMatchObject({unit: 'web.service', identity, phase: 'exited', exitCode: code})
        expect(run?.supervised).toEqual(ended.supervised)
      } finally {
        later?.close()
      }
    })

    test("another machine's are not seen", async () => {
      await start(unitOf('web.service'))
      const elsewhere = harness?.open('m2')
      try {
        expect(await elsewhere?.observe()).toEqual([])
      } finally {
        elsewhere?.close()
      }
    })

    test('no last lines are none', async () => {
      expect(await driver.lastLines(await start(unitOf('web.service')), 0)).toEqual([])
    })

    test.each(['load', 'start'] as const)('an aborted signal ends a %s before it begins', async kind => {
      ending.abort()
      await expect(perform({kind, unit: unitOf('web.service'), identity, file})).rejects.toThrow(/abort/i)
      expect(await driver.observe()).toEqual([])
    })

    test('a watch whose signal is aborted ends', async () => {
      ending.abort()
      await driver.watch(() => {}, ending.signal)
    })
  })
}
