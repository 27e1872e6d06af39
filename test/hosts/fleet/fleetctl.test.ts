import {join} from 'node:path'
import {expect, test} from 'vitest'
import {execute} from '../execute.ts'
import {root} from '../places.ts'

/*
 * What ctl says of itself, without a cluster.
 */

const ctl = (...words: readonly string[]) => execute(['env', 'CTL_ENDPOINTS=http://127.0.0.1:1', join(root, 'bin/ctl'), ...words])

// The flag and the command say the same: fleet's TestClientVersionFlag.
test('--version and version', async () => {
  const [flag, command] = await Promise.all([ctl('--version'), ctl('version')])
  expect(flag).toMatchObject({code: 0, stdout: expect.stringMatching(/^ctl version \d+\.\d+\.\d+/)})
  expect(command).toEqual(flag)
})

// Without a command it says how it is used: fleet's TestClientVersionHelpOutput.
test('no command', async () => {
  const outcome = await ctl()
  expect(outcome).toMatchObject({code: 0, stdout: expect.stringContaining('list-machines')})
})

// --help says the same: fleet's TestClientHelpFlag.
test('--help and help', async () => {
  const [none, flag, command] = await Promise.all([ctl(), ctl('--help'), ctl('help')])
  expect(flag).toEqual(none)
  expect(command).toEqual(none)
})

// A command that is not known ends with 2; fleet's ends with 0, which its tests do not see.
test('a command that is not known', async () => {
  expect(await ctl('list-unicorns')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('list-unicorns is not a ctl command'),
  })
})
