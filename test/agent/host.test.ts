import {isIPv4} from 'node:net'
import {expect, test} from 'vitest'
import {isAlive, ownAddress, readHost} from '../../src/lib/agent/host.ts'

test('what the machine says of itself', async () => {
  const host = await readHost('m1')
  expect(host).toMatchObject({machineId: 'm1', hostname: expect.stringMatching(/./), kernel: expect.stringMatching(/^\d/)})
  expect(host.bootId).toMatch(/^[0-9a-f-]{36}$/)
  expect(host.bootedAt).toBeLessThan(Date.now())
})

test('its address is one that others can use, or loopback', () => {
  expect(isIPv4(ownAddress())).toBe(true)
  expect(ownAddress()).not.toMatch(/^169\.254\./)
})

test.each([
  ['this one', process.pid, true],
  ['the first, whoever’s it is', 1, true],
  // Above the kernel's highest.
  ['one that cannot be', 2 ** 22 + 1, false],
])('whether a process is alive: %s', (_, pid, alive) => {
  expect(isAlive(pid)).toBe(alive)
})
