import {expect, test} from 'vitest'
import {presentDevices} from '../../../src/lib/drivers/docker/optional-devices.ts'

const device = (host: string, optional?: boolean) => ({
  host,
  container: host,
  permissions: 'rwm',
  ...(optional === undefined ? {} : {optional}),
})

test('an optional device is left out where it is missing; any other stays, for Docker to tell of', async () => {
  const [here, missing, needed] = [device('/dev/null', true), device('/dev/none-such', true), device('/dev/none-such')]
  expect(await presentDevices([here, missing, needed])).toEqual([here, needed])
})
