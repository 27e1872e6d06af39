import {expect, test} from 'vitest'
import {accountsFrom} from '../../../src/lib/drivers/systemd/properties.ts'

const uncounted = 2n ** 64n - 1n

test.each<[what: string, said: object, cpuSeconds: number | null, memoryBytes: number | null]>([
  ['counts', {CPUUsageNSec: 1_500_000_000n, MemoryCurrent: 4096n}, 1.5, 4096],
  ['plain numbers', {CPUUsageNSec: 1_500_000_000, MemoryCurrent: 4096}, 1.5, 4096],
  ['what is not counted', {CPUUsageNSec: uncounted, MemoryCurrent: uncounted}, null, null],
  ['the same as a plain number', {CPUUsageNSec: Number(uncounted), MemoryCurrent: Number(uncounted)}, null, null],
  ['nothing', {}, null, null],
])('%s', (_, said, cpuSeconds, memoryBytes) => {
  expect(accountsFrom({...said})).toEqual({cpuSeconds, memoryBytes})
})
