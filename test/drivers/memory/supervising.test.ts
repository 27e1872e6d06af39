import {expect, test} from 'vitest'
import {MemoryDriver} from '../../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryEngine} from '../../../src/lib/drivers/memory/memory-engine.ts'
import {supervisingDriverContract} from '../../contracts/supervising-driver.ts'
import {unitOf} from '../../fakes/situation.ts'

const text = '[Service]\nExecStart=/bin/app\n'
const identity = {runHash: 'h', generation: 0}
const signal = new AbortController().signal

supervisingDriverContract('MemoryDriver', async () => {
  const engine = new MemoryEngine()
  const open = (machine: string) => new MemoryDriver({now: Date.now, engine, machine, kinds: ['systemd'], prints: ['up']})
  const keeper = open('m1')
  return {
    open,
    unit: name => unitOf(name, text),
    end: async (run, code) => keeper.exit(run.unit, code),
    close: async () => {},
  }
})

test('a refused start leaves nothing behind, until it may succeed', async () => {
  const driver = new MemoryDriver({now: () => 0, kinds: ['systemd']})
  const unit = unitOf('a.service', text)
  driver.failStart('a.service', 'Unit b.service not found.')
  await expect(driver.perform({kind: 'start', unit, identity, file: 'f'}, signal)).rejects.toThrow('Unit b.service not found.')
  expect((await driver.observe()).filter(({supervised}) => supervised?.launched)).toEqual([])
  driver.failStart('a.service')
  await driver.perform({kind: 'start', unit, identity, file: 'f'}, signal)
  expect(await driver.observe()).toMatchObject([{phase: 'running', supervised: {launched: true}}])
})
