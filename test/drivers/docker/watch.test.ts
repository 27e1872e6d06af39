import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import {UnreachableError} from '../../../src/lib/base/errors.ts'
import type {Driver} from '../../../src/lib/drivers/driver.ts'
import {containerUnit, waitingCommand} from '../../fakes/container-unit.ts'
import {type OwnDocker, startDocker} from '../../fakes/docker-daemon.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {until} from '../../fakes/until.ts'

let docker: OwnDocker
let room: DockerRoom
let driver: Driver
let wakes: number
let ending: AbortController
let watching: Promise<void>

beforeAll(async () => {
  docker = await startDocker()
  room = await openDockerRoom(docker)
})
beforeEach(async () => {
  wakes = 0
  ending = new AbortController()
  driver = room.driver('m1')
  watching = driver.watch(() => wakes++, ending.signal)
  await until('the watch has begun', () => wakes > 0)
})
afterEach(async () => {
  ending.abort()
  await watching
  driver.close()
  await room.clear()
})
afterAll(() => room?.close())

const phases = async () => (await driver.observe()).map(run => run.phase)

async function startMany(count: number): Promise<void> {
  const units = Array.from({length: count}, (_, index) => containerUnit(`web@${index}.service`, {command: waitingCommand()}))
  const rest = units.values()
  const worker = async () => {
    for (const unit of rest)
      await driver.perform({kind: 'start', unit, identity: {runHash: 'h', generation: 0}, file: 'f'}, ending.signal)
  }
  await Promise.all(Array.from({length: 4}, worker))
}

test('twenty runs that change at once are all observed right', async () => {
  await startMany(20)
  expect(await phases()).toEqual(Array.from({length: 20}, () => 'running'))
  const runs = await driver.observe()
  await Promise.all(runs.map(run => room.client.json('POST', `/containers/${run.id}/kill`, {query: {signal: 'SIGKILL'}})))
  await until('all ends are observed', async () => (await phases()).every(phase => phase === 'exited'))
  expect((await driver.observe()).map(run => run.exitCode)).toEqual(Array.from({length: 20}, () => 137))
  await room.clear()
  await until('all are gone', async () => (await phases()).length === 0)
})

test("another machine's changes do not wake it", async () => {
  const other = room.driver('m2')
  try {
    const before = wakes
    const unit = containerUnit('web.service', {command: waitingCommand()})
    await other.perform({kind: 'start', unit, identity: {runHash: 'h', generation: 0}, file: 'f'}, ending.signal)
    await startMany(1)
    await until('its own changes wake it', () => wakes > before)
    expect(await driver.observe()).toMatchObject([{unit: 'web@0.service'}])
  } finally {
    other.close()
  }
})

test('a change is observed without asking for what did not change', async () => {
  await startMany(3)
  // What Docker still tells of the starts makes it ask once more.
  await until('nothing changes any more', async () => {
    const [first] = await driver.observe()
    const [again] = await driver.observe()
    return first !== undefined && again === first
  })
})

test.each([{signal: 'SIGTERM' as const}, {signal: 'SIGKILL' as const}])(
  'it outlives a restart of Docker by $signal',
  async ({signal}) => {
    await startMany(2)
    expect(await phases()).toEqual(['running', 'running'])
    await docker.stop(signal)
    await until('the going of Docker is told', async () => {
      const error = await driver.observe().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      return error instanceof UnreachableError
    })
    const before = wakes
    await docker.start()
    await until('the coming of Docker wakes the watch', () => wakes > before)
    await until('the ends are observed', async () => (await phases()).every(phase => phase === 'exited'))
    const awake = wakes
    await startMany(3)
    await until('new runs wake it', () => wakes > awake)
    await until('new runs are observed', async () => (await phases()).filter(phase => phase === 'running').length === 3)
  },
)

test('without Docker it waits for it', async () => {
  await docker.stop()
  try {
    const late = room.driver('m3')
    const patience = new AbortController()
    let told = 0
    const waiting = late.watch(() => told++, patience.signal)
    try {
      await expect(late.capacity()).rejects.toThrow(/Docker at unix:.*no such socket|nobody listens/)
      expect(told).toBe(0)
      await docker.start()
      await until('it has begun', () => told > 0)
    } finally {
      patience.abort()
      await waiting
      late.close()
    }
  } finally {
    await docker.start()
  }
})
