import {expect, test} from 'vitest'
import {MemoryDriver} from '../../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryEngine} from '../../../src/lib/drivers/memory/memory-engine.ts'
import type {Unit} from '../../../src/lib/unit/unit.ts'
import {type DriverHarness, driverContract} from '../../contracts/driver.ts'
import {containerUnit} from '../../fakes/container-unit.ts'

driverContract('MemoryDriver', async (): Promise<DriverHarness> => {
  const engine = new MemoryEngine()
  const open = (machine: string) => new MemoryDriver({now: Date.now, engine, machine, prints: ['up']})
  const keeper = open('m1')
  return {
    open: machine => {
      const driver = open(machine)
      driver.failPrepare('nobody/has:this', 'nobody/has:this: no such image')
      driver.ignoreStop('stubborn.service')
      return driver
    },
    unit: (name, onTerm) => containerUnit(onTerm === 'ignored' ? 'stubborn.service' : name),
    unitOfUnknownImage: name => containerUnit(name, {image: 'nobody/has:this'}),
    fail: async run => keeper.exit(run.unit, 7),
    close: async () => {},
  }
})

const signal = new AbortController().signal
const identity = {runHash: 'h', generation: 0}

function started(driver: MemoryDriver, unit: Unit): Promise<void> {
  return driver.perform({kind: 'start', unit, identity, file: 'f'}, signal)
}

test('times are those of the clock it was given', async () => {
  let now = 1_000
  const driver = new MemoryDriver({now: () => now})
  await started(driver, containerUnit('a.service'))
  now = 5_000
  driver.exit('a.service', 3)
  expect(await driver.observe()).toMatchObject([{phase: 'exited', startedAt: 1_000, finishedAt: 5_000, exitCode: 3}])
})

test('a start that is made to fail leaves its run with the error, until it may succeed', async () => {
  const driver = new MemoryDriver({now: () => 0})
  driver.failStart('a.service', 'port is already allocated')
  await expect(started(driver, containerUnit('a.service'))).rejects.toThrow('port is already allocated')
  expect(await driver.observe()).toMatchObject([{phase: 'created', error: 'port is already allocated'}])
  driver.failStart('a.service')
  await started(driver, containerUnit('a.service'))
  expect(await driver.observe()).toMatchObject([{phase: 'running'}])
})

test('health is what was set, and gone when the run ends', async () => {
  const driver = new MemoryDriver({now: () => 0})
  await started(driver, containerUnit('a.service'))
  driver.setHealth('a.service', 'unhealthy')
  expect(await driver.observe()).toMatchObject([{health: 'unhealthy'}])
  driver.exit('a.service', 0)
  expect((await driver.observe())[0]).not.toHaveProperty('health')
})

test('a delay is waited out before a step, and abortable', async () => {
  const driver = new MemoryDriver({now: () => 0})
  const delayed: string[] = []
  driver.delay = async step => void delayed.push(step.kind)
  await started(driver, containerUnit('a.service'))
  expect(delayed).toEqual(['start'])
})
