import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest'
import {execute} from './execute.ts'
import {type Hosts, openHosts} from './open-hosts.ts'
import {checkoutInside} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'

vi.setConfig({testTimeout: 300_000})

let lack: string | undefined
let bed: Hosts

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack === undefined) bed = await openHosts({count: 1, agent: false})
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(() => bed?.close())

test('the tests of the systemd driver pass on a machine that systemd runs', async () => {
  const vitest = 'HOME=/tmp node node_modules/vitest/vitest.mjs run --configLoader native -c test/hosts/inside.config.ts'
  const inside = ['ssh', '-F', bed.sshConfig, 'host1', `cd ${checkoutInside} && ${vitest} 2>&1`]
  const {code, stdout} = await execute(inside, {timeoutMilliseconds: 280_000})
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/Tests .*passed/)
  expect(stdout).not.toMatch(/skipped/)
})
