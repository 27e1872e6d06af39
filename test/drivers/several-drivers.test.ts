import {expect, test} from 'vitest'
import {StepError} from '../../src/lib/drivers/driver.ts'
import {MemoryDriver} from '../../src/lib/drivers/memory/memory-driver.ts'
import {severalDrivers} from '../../src/lib/drivers/several-drivers.ts'
import {unitOf, unitText} from '../fakes/situation.ts'

const container = unitOf('web.service', unitText())
const timer = unitOf('tick.timer', '[Timer]\nOnCalendar=daily\n')
const identity = {runHash: 'c0ffee', generation: 1}
const {signal} = new AbortController()
const start = (unit: typeof container) => ({kind: 'start', unit, identity, file: 'f'}) as const

test('each unit and each run goes to the driver of its kind', async () => {
  const docker = new MemoryDriver({now: () => 1000, prints: ['a container']})
  const systemd = new MemoryDriver({now: () => 1000, kinds: ['systemd'], prints: ['a unit']})
  const both = severalDrivers([docker, systemd])
  expect(both.kinds).toEqual(['docker', 'systemd'])
  await both.perform(start(container), signal)
  await both.perform(start(timer), signal)
  expect((await docker.observe()).map(({unit}) => unit)).toEqual(['web.service'])
  expect((await systemd.observe()).map(({unit}) => unit)).toEqual(['tick.timer'])
  const runs = await both.observe()
  expect(runs.map(({unit, driver}) => `${unit} ${driver}`)).toEqual(['web.service docker', 'tick.timer systemd'])
  expect((await both.use()).map(({unit}) => unit)).toEqual(['web.service', 'tick.timer'])
  expect(await Promise.all(runs.map(run => both.lastLines(run, 1)))).toEqual([['a container'], ['a unit']])
  for (const run of runs) await both.perform({kind: 'stop', run}, signal)
  for (const run of await both.observe()) await both.perform({kind: 'remove', run}, signal)
  expect(await both.observe()).toEqual([])
})

test('both wake who watches', async () => {
  const [docker, systemd] = [new MemoryDriver({now: () => 1000}), new MemoryDriver({now: () => 1000, kinds: ['systemd']})]
  const ending = new AbortController()
  let wakes = 0
  const watching = severalDrivers([docker, systemd]).watch(() => wakes++, ending.signal)
  const begun = wakes
  await docker.perform(start(container), signal)
  const once = wakes
  await systemd.perform(start(timer), signal)
  expect([once - begun, wakes - once].every(count => count > 0)).toBe(true)
  ending.abort()
  await watching
})

test('what no driver runs is refused; one alone is itself', async () => {
  const docker = new MemoryDriver({now: () => 1000})
  expect(severalDrivers([docker])).toBe(docker)
  const two = severalDrivers([docker, new MemoryDriver({now: () => 1000})])
  expect(() => two.perform(start(timer), signal)).toThrow(StepError)
})
