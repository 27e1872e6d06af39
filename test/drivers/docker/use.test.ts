import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {capacityFrom} from '../../../src/lib/drivers/docker/capacity.ts'
import {useFrom} from '../../../src/lib/drivers/docker/use.ts'
import type {Driver, Run} from '../../../src/lib/drivers/driver.ts'
import {containerUnit} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {until} from '../../fakes/until.ts'

const read = '2026-11-21T07:11:56.516045029Z'
const run: Run = {id: 'c1', unit: 'web.service', driver: 'docker', identity: {runHash: 'h', generation: 1}, phase: 'running'}

describe('stats', () => {
  test.each<[what: string, stats: object, parts: object | undefined]>([
    [
      'of cgroup v2',
      {read, cpu_stats: {cpu_usage: {total_usage: 25e8}}, memory_stats: {usage: 100, stats: {inactive_file: 30}}},
      {cpuSeconds: 2.5, memoryBytes: 70},
    ],
    [
      'of cgroup v1',
      {
        read,
        cpu_stats: {cpu_usage: {total_usage: 1e9}},
        memory_stats: {usage: 100, stats: {inactive_file: 10, total_inactive_file: 40}},
      },
      {cpuSeconds: 1, memoryBytes: 60},
    ],
    ['that count nothing', {read, cpu_stats: {}, memory_stats: {}}, {cpuSeconds: null, memoryBytes: null}],
    ['of what has ended', {read: '0001-01-01T00:00:00Z'}, undefined],
    ['that are none', {}, undefined],
  ])('%s', (_, stats, parts) => {
    const whole = {unit: 'web.service', run: 'c1', driver: 'docker', at: Date.parse(read), ...parts}
    expect(useFrom(run, stats)).toEqual(parts === undefined ? undefined : whole)
  })
})

test.each<[what: string, info: object, gpus: boolean]>([
  ['without a word of them', {}, false],
  ['with the runtimes of every Docker', {Runtimes: {runc: {}}}, false],
  ['with NVIDIA’s runtime', {Runtimes: {runc: {}, nvidia: {path: 'nvidia-container-runtime'}}}, true],
  ['with GPUs that CDI found', {DiscoveredDevices: [{Source: 'cdi', ID: 'nvidia.com/gpu=0'}]}, true],
  ['with other devices that CDI found', {DiscoveredDevices: [{Source: 'cdi', ID: 'vendor.com/nic=0'}]}, false],
])('a Docker %s gives GPUs: %#', (_, info, gpus) => {
  const told = {NCPU: 4, MemTotal: 8, DockerRootDir: '/var/lib/docker'}
  expect(capacityFrom({...told, ...info})).toEqual({cpus: 4, memoryBytes: 8, dataDirectory: '/var/lib/docker', gpus})
})

describe('Docker itself', () => {
  let room: DockerRoom
  let driver: Driver
  const {signal} = new AbortController()
  const identity = {runHash: 'h', generation: 0}
  const start = (name: string, command: string) =>
    driver.perform(
      {kind: 'start', unit: containerUnit(name, {command: ['sh', '-c', command], stopSignal: 'KILL'}), identity, file: 'f'},
      signal,
    )

  beforeAll(async () => {
    room = await openDockerRoom()
    driver = room.driver('m1')
  })
  afterAll(async () => {
    driver?.close()
    await room?.close()
  })

  test('tells where it keeps what containers write', async () => {
    expect((await driver.capacity()).dataDirectory).toMatch(/^\//)
  })

  test('tells what each container takes', async () => {
    await start('busy.service', 'while :; do :; done')
    await start('idle.service', 'exec sleep 1000')
    await start('done.service', 'exit 0')
    await until('one has ended', async () => (await driver.observe()).filter(({phase}) => phase === 'running').length === 2)
    const first = await driver.use(signal)
    expect(first.map(({unit}) => unit).sort()).toEqual(['busy.service', 'idle.service'])
    for (const {memoryBytes} of first) expect(memoryBytes).toBeGreaterThan(4096)
    const secondsOf = (uses: typeof first, unit: string) => uses.find(each => each.unit === unit)?.cpuSeconds ?? Number.NaN
    await until('time was taken', async () => {
      const later = await driver.use(signal)
      expect(secondsOf(later, 'idle.service') - secondsOf(first, 'idle.service')).toBeLessThan(0.05)
      return secondsOf(later, 'busy.service') > secondsOf(first, 'busy.service') + 0.1
    })
  })
})
