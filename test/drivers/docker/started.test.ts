import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import type {Driver, Run} from '../../../src/lib/drivers/driver.ts'
import type {ContainerSpec} from '../../../src/lib/unit/container/container-spec.ts'
import {containerUnit, waitingCommand} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {until} from '../../fakes/until.ts'

let room: DockerRoom
let driver: Driver
const signal = new AbortController().signal

beforeAll(async () => {
  room = await openDockerRoom()
  driver = room.driver('m1')
})
afterEach(() => room.clear())
afterAll(async () => {
  driver?.close()
  await room?.close()
})

async function start(spec: Partial<ContainerSpec>): Promise<Run> {
  const unit = containerUnit('web.service', {command: waitingCommand(), ...spec})
  await driver.perform({kind: 'start', unit, identity: {runHash: 'h', generation: 0}, file: 'f'}, signal)
  const [run] = await driver.observe()
  if (run === undefined) throw new Error('no run is observed')
  return run
}

describe('health', () => {
  test.each([
    {check: 'true', health: 'healthy'},
    {check: 'false', health: 'unhealthy'},
  ])('of a check that says $check is $health', async ({check, health}) => {
    let wakes = 0
    const ending = new AbortController()
    const watching = driver.watch(() => wakes++, ending.signal)
    try {
      await until('the watch has begun', () => wakes > 0)
      const run = await start({health: {test: ['CMD-SHELL', check], intervalSeconds: 0.2, timeoutSeconds: 5, retries: 1}})
      expect(run.health).toBe('starting')
      await until(health, async () => (await driver.observe())[0]?.health === health)
    } finally {
      ending.abort()
      await watching
    }
  })
})

describe('a start that Docker refuses', () => {
  test.each<{title: string; spec: Partial<ContainerSpec>; words: RegExp; retryable: boolean; left: number}>([
    {
      title: 'no such program',
      spec: {command: ['/no/such']},
      words: /no such file or directory.*check Exec=/,
      retryable: false,
      left: 1,
    },
    {title: 'no such user', spec: {user: 'nobody-knows'}, words: /unable to find user.*no such user/, retryable: false, left: 1},
    {title: 'no such image', spec: {image: 'meissa-test/none:1'}, words: /No such image.*Pull=missing/, retryable: true, left: 0},
    {
      title: 'no such network',
      spec: {network: {mode: 'no-such-net', aliases: []}},
      words: /network no-such-net not found.*docker network create/,
      retryable: false,
      left: 1,
    },
    {
      title: 'no such device',
      spec: {devices: [{host: '/dev/none', container: '/dev/none', permissions: 'rw'}]},
      words: /no such device/,
      retryable: false,
      left: 1,
    },
    {title: 'no such runtime', spec: {runtime: 'warp'}, words: /runtime.*no such runtime/i, retryable: false, left: 0},
    {title: 'nonsense', spec: {resources: {memoryBytes: 1}}, words: /memory limit/i, retryable: false, left: 0},
    {
      title: 'a missing environment file',
      spec: {environmentFiles: [{path: '/no/env', optional: false}]},
      words: /\/no\/env/,
      retryable: false,
      left: 0,
    },
  ])('$title', async ({spec, words, retryable, left}) => {
    const refusal = start(spec)
    await expect(refusal).rejects.toThrow(words)
    await expect(refusal).rejects.toMatchObject({name: 'StepError', retryable})
    const runs = await driver.observe()
    expect(runs).toHaveLength(left)
    for (const run of runs) expect(run).toMatchObject({phase: 'created', error: expect.stringMatching(/./)})
  })

  test('a port that is taken', async () => {
    const spec: Partial<ContainerSpec> = {
      network: {mode: 'bridge', aliases: []},
      ports: [{hostAddress: '127.0.0.1', hostPort: 28_081, containerPort: 80, protocol: 'tcp'}],
    }
    await start(spec)
    const second = containerUnit('second.service', {command: waitingCommand(), ...spec})
    const refusal = driver.perform({kind: 'start', unit: second, identity: {runHash: 'h', generation: 0}, file: 'f'}, signal)
    await expect(refusal).rejects.toThrow(/port is already allocated.*free the port/)
    await expect(refusal).rejects.toMatchObject({retryable: true})
    expect(await driver.observe()).toMatchObject([
      {unit: 'second.service', error: expect.stringContaining('already allocated')},
      {phase: 'running'},
    ])
  })
})
