import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type Driver, type Run, StepError} from '../../src/lib/drivers/driver.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {until} from '../fakes/until.ts'

/** An engine under test, and what only its keeper can do to it. */
export interface DriverHarness {
  /** A driver for that machine, as an agent opens one when it starts. */
  open(machine: string): Driver
  /** A unit that prints `up` and runs until it is told to end. */
  unit(name: string, onTerm?: 'ends' | 'ignored'): Unit
  /** A unit whose image no registry has. */
  unitOfUnknownImage(name: string): Unit
  /** The run ends by itself with exit code 7. */
  fail(run: Run): Promise<void>
  /** Removes all that was made. */
  close(): Promise<void>
}

const identity = {runHash: 'c0ffee', generation: 3}
const file = 'f'.repeat(64)

/** What every driver keeps: the words of src/lib/drivers/driver.ts, as tests. */
export function driverContract(name: string, prepareHarness: () => Promise<DriverHarness>): void {
  describe(`${name} keeps the driver's contract`, () => {
    let harness: DriverHarness
    let driver: Driver
    let ending: AbortController

    beforeEach(async () => {
      ending = new AbortController()
      harness = await prepareHarness()
      driver = harness.open('m1')
    })
    afterEach(async () => {
      ending.abort()
      driver.close()
      await harness.close()
    })

    const perform = (step: Parameters<Driver['perform']>[0]) => driver.perform(step, ending.signal)
    const runOf = async (unit: Unit, from = driver): Promise<Run> => {
      const run = (await from.observe()).find(each => each.unit === unit.name)
      if (run === undefined) throw new Error(`no run of ${unit.name} is observed`)
      return run
    }
    const start = async (unit: Unit): Promise<Run> => {
      await perform({kind: 'prepare', unit})
      await perform({kind: 'start', unit, identity, file})
      await until('it is up', async () => (await driver.lastLines(await runOf(unit), 1)).includes('up'))
      return runOf(unit)
    }

    test('an engine that runs nothing of ours shows nothing', async () => {
      expect(await driver.observe()).toEqual([])
    })

    test('the machine has processors and memory', async () => {
      const {cpus, memoryBytes} = await driver.capacity()
      expect(cpus).toBeGreaterThan(0)
      expect(memoryBytes).toBeGreaterThan(2 ** 20)
    })

    test('what runs takes something of the machine, and what does not run nothing', async () => {
      const run = await start(harness.unit('web.service'))
      const [use, ...others] = await driver.use()
      expect(others).toEqual([])
      expect(use).toMatchObject({unit: run.unit, run: run.id, driver: run.driver, at: expect.any(Number)})
      expect(use?.memoryBytes).toBeGreaterThanOrEqual(0)
      expect(use?.cpuSeconds).toBeGreaterThanOrEqual(0)
      await perform({kind: 'stop', run, graceSeconds: 10})
      expect(await driver.use()).toEqual([])
    })

    test('a started unit runs, with what it was made from', async () => {
      const unit = harness.unit('web@1.service')
      const run = await start(unit)
      expect(run).toMatchObject({unit: 'web@1.service', identity, phase: 'running'})
      expect(run.startedAt).toBeGreaterThan(0)
      expect(run).not.toHaveProperty('exitCode')
      expect(run).not.toHaveProperty('finishedAt')
    })

    test('an end by itself wakes the watch and is observed with its code', async () => {
      let wakes = 0
      const watching = driver.watch(() => wakes++, ending.signal)
      await until('the watch has begun', () => wakes > 0)
      const run = await start(harness.unit('web.service'))
      await driver.observe()
      const before = wakes
      await harness.fail(run)
      await until('the watch is woken', () => wakes > before)
      await until('the end is observed', async () => (await driver.observe()).some(each => each.phase === 'exited'))
      const [ended] = await driver.observe()
      expect(ended).toMatchObject({id: run.id, phase: 'exited', exitCode: 7})
      expect(ended?.finishedAt).toBeGreaterThanOrEqual(run.startedAt ?? Number.NaN)
      ending.abort()
      await watching
    })

    test('a stop ends what heeds it, and stopping again is done already', async () => {
      const run = await start(harness.unit('web.service'))
      await perform({kind: 'stop', run, graceSeconds: 10})
      expect(await driver.observe()).toMatchObject([{id: run.id, phase: 'exited', exitCode: 0}])
      await perform({kind: 'stop', run, graceSeconds: 10})
    })

    test('a stop kills what does not heed it, after the grace', async () => {
      const run = await start(harness.unit('web.service', 'ignored'))
      await perform({kind: 'stop', run, graceSeconds: 1})
      expect(await driver.observe()).toMatchObject([{id: run.id, phase: 'exited', exitCode: 137}])
    })

    test('a removed run is gone, and removing or stopping it again is done already', async () => {
      const run = await start(harness.unit('web.service'))
      await perform({kind: 'stop', run, graceSeconds: 10})
      await perform({kind: 'remove', run})
      expect(await driver.observe()).toEqual([])
      await perform({kind: 'remove', run})
      await perform({kind: 'stop', run, graceSeconds: 10})
    })

    test('a run that runs is not removed', async () => {
      const run = await start(harness.unit('web.service'))
      await expect(perform({kind: 'remove', run})).rejects.toThrow(StepError)
      expect(await driver.observe()).toMatchObject([{id: run.id, phase: 'running'}])
    })

    test('a second start takes the place of an ended run, and refuses to that of a running one', async () => {
      const unit = harness.unit('web.service')
      const first = await start(unit)
      await expect(perform({kind: 'start', unit, identity, file})).rejects.toThrow(/stop it first/)
      await perform({kind: 'stop', run: first, graceSeconds: 10})
      await perform({kind: 'start', unit, identity: {...identity, generation: 4}, file})
      const runs = await driver.observe()
      expect(runs).toMatchObject([{phase: 'running', identity: {runHash: 'c0ffee', generation: 4}}])
      expect(runs[0]?.id).not.toBe(first.id)
    })

    test('a run that was set aside stays to be read, and is in nobody’s way', async () => {
      const unit = harness.unit('web.service')
      const first = await start(unit)
      await perform({kind: 'stop', run: first, graceSeconds: 10})
      await perform({kind: 'set-aside', run: first})
      await perform({kind: 'set-aside', run: first})
      expect(await driver.observe()).toMatchObject([{id: first.id, phase: 'exited', exitCode: 0, aside: true, identity}])
      await perform({kind: 'start', unit, identity, file})
      const runs = await driver.observe()
      expect(runs.map(run => [run.phase, run.aside ?? false]).sort()).toEqual([
        ['exited', true],
        ['running', false],
      ])
      expect(await driver.lastLines(first, 10)).toEqual(['up'])
      for (const run of runs) {
        await perform({kind: 'stop', run, graceSeconds: 10})
        await perform({kind: 'remove', run})
      }
      expect(await driver.observe()).toEqual([])
    })

    test('an image that nobody has is a StepError that names it', async () => {
      const unit = harness.unitOfUnknownImage('web.service')
      const refusal = perform({kind: 'prepare', unit})
      await expect(refusal).rejects.toThrow(StepError)
      await expect(refusal).rejects.toThrow(unit.container?.image)
      expect(await driver.observe()).toEqual([])
    })

    test('a driver opened later sees the same runs', async () => {
      const unit = harness.unit('web.service')
      const run = await start(unit)
      const later = harness.open('m1')
      try {
        expect(await later.observe()).toEqual([run])
        expect(await later.lastLines(run, 1)).toEqual(['up'])
      } finally {
        later.close()
      }
    })

    test("another machine's runs are not seen, even of the same unit", async () => {
      const unit = harness.unit('web.service')
      const run = await start(unit)
      const other = harness.open('m2')
      try {
        expect(await other.observe()).toEqual([])
        await other.perform({kind: 'start', unit, identity, file}, ending.signal)
        expect(await other.observe()).toMatchObject([{unit: 'web.service', phase: 'running'}])
        expect(await driver.observe()).toMatchObject([{id: run.id}])
      } finally {
        other.close()
      }
    })

    test('the last lines are the last, in order', async () => {
      const run = await start(harness.unit('web.service'))
      expect(await driver.lastLines(run, 10)).toEqual(['up'])
      expect(await driver.lastLines(run, 0)).toEqual([])
    })

    test('an aborted signal ends a step before it begins', async () => {
      ending.abort()
      await expect(perform({kind: 'start', unit: harness.unit('web.service'), identity, file})).rejects.toThrow(/abort/i)
      expect(await driver.observe()).toEqual([])
    })

    test('a watch whose signal is aborted ends', async () => {
      ending.abort()
      await driver.watch(() => {}, ending.signal)
    })
  })
}
