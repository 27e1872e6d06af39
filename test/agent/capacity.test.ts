import {tmpdir} from 'node:os'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {announcedCapacity, type MachineCapacity, parseCapacity} from '../../src/lib/agent/capacity.ts'
import {measuredCapacity} from '../../src/lib/agent/capacity-measured.ts'
import {UsageError} from '../../src/lib/base/errors.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3
const measured: MachineCapacity = {cpus: 4, memoryBytes: 8000 * mebibyte, diskBytes: 1000 * gibibyte, devices: {gpu: 2}}
const large = {...measured, memoryBytes: 64 * gibibyte}

describe('what the operator says', () => {
  test.each([
    ['', {}],
    ['cpu=4,memory=8G,disk=100G,gpu=2', {cpus: 4, memoryBytes: 8 * gibibyte, diskBytes: 100 * gibibyte, devices: {gpu: 2}}],
    ['cpu=500m memory=1.5G', {cpus: 0.5, memoryBytes: 1.5 * gibibyte}],
    ['gpu=1, tpu=2', {devices: {gpu: 1, tpu: 2}}],
    ['cpu=1,cpu=2', {cpus: 2}],
  ])('%j is read', (text, said) => {
    expect(parseCapacity('capacity', text)).toEqual(said)
  })

  test.each(['cpu', 'cpu=', 'cpu=many', 'memory=8X', 'gpu=half', '=4', 'cpu = 4'])('%j is refused', text => {
    expect(() => parseCapacity('reserve', text)).toThrow(UsageError)
    expect(() => parseCapacity('reserve', text)).toThrow(/^--reserve: /)
  })
})

describe('a machine announces', () => {
  test.each<[what: string, has: MachineCapacity, capacity: string, reserve: string, parts: Partial<MachineCapacity>]>([
    ['a twentieth less memory and disk', measured, '', '', {memoryBytes: 7600 * mebibyte, diskBytes: 950 * gibibyte}],
    ['at most 512M less memory', large, '', '', {memoryBytes: 63.5 * gibibyte, diskBytes: 950 * gibibyte}],
    ['what it is said to have, whole', measured, 'cpu=8,memory=1G,disk=10G,gpu=4', '', capacityOf(8, 1, 10, {gpu: 4})],
    [
      'what is left of what it is said to have',
      measured,
      'cpu=8,memory=4G',
      'cpu=0.5,memory=1G,disk=0',
      capacityOf(7.5, 3, 1000),
    ],
    ['everything where nothing is kept back', large, '', 'memory=0,disk=0', capacityOf(4, 64, 1000)],
    ['nothing where all is kept back', measured, '', 'cpu=99,memory=99T,disk=99T,gpu=99', capacityOf(0, 0, 0, {})],
    ['devices beside those it has', measured, 'tpu=1', 'disk=0,memory=0', {devices: {gpu: 2, tpu: 1}, ...half()}],
    ['no devices that are said away', measured, 'gpu=0', 'disk=0,memory=0', {devices: {}, ...half()}],
  ])('%s', (_, has, capacity, reserve, parts) => {
    const wish = {capacity: parseCapacity('capacity', capacity), reserve: parseCapacity('reserve', reserve)}
    expect(announcedCapacity(has, wish)).toEqual({...has, ...parts})
  })

  test('never less than nothing, and never more than it has or is said to have', () => {
    const amount = fc.nat({max: 2 ** 50})
    const some = fc.record({cpus: fc.nat({max: 512}), memoryBytes: amount, diskBytes: amount}, {requiredKeys: []})
    const all = fc.record({cpus: fc.nat({max: 512}), memoryBytes: amount, diskBytes: amount, devices: fc.constant({gpu: 1})})
    fc.assert(
      fc.property(all, some, some, (has, capacity, reserve) => {
        const announced = announcedCapacity(has, {capacity, reserve})
        for (const key of ['cpus', 'memoryBytes', 'diskBytes'] as const) {
          expect(announced[key]).toBeGreaterThanOrEqual(0)
          expect(announced[key]).toBeLessThanOrEqual(capacity[key] ?? has[key])
          expect(Number.isSafeInteger(announced[key])).toBe(true)
        }
      }),
    )
  })
})

describe('what is measured', () => {
  test('is the driver’s word, and the file system of its directory', async () => {
    const {diskBytes, ...rest} = await measuredCapacity({cpus: 3, memoryBytes: 5, dataDirectory: tmpdir()}, '/')
    expect(rest).toEqual({cpus: 3, memoryBytes: 5, devices: {}})
    expect(diskBytes).toBeGreaterThan(mebibyte)
  })

  test('is the file system of the state directory where the driver’s is not on this host', async () => {
    const {diskBytes} = await measuredCapacity({cpus: 1, memoryBytes: 1, dataDirectory: '/no/such/directory'}, tmpdir())
    expect(diskBytes).toBeGreaterThan(mebibyte)
  })

  test('is no disk where there is no directory at all', async () => {
    expect((await measuredCapacity({cpus: 1, memoryBytes: 1}, '/no/such/directory')).diskBytes).toBe(0)
  })

  test('is the disk that the driver tells of', async () => {
    expect((await measuredCapacity({cpus: 1, memoryBytes: 1, diskBytes: 7}, tmpdir())).diskBytes).toBe(7)
  })
})

function capacityOf(cpus: number, memory: number, disk: number, devices: MachineCapacity['devices'] = {gpu: 2}): MachineCapacity {
  return {cpus, memoryBytes: memory * gibibyte, diskBytes: disk * gibibyte, devices}
}

function half(): Partial<MachineCapacity> {
  return {memoryBytes: measured.memoryBytes, diskBytes: measured.diskBytes}
}
