import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'

const ctl = fileURLToPath(new URL('../../bin/ctl', import.meta.url))

const run = (command: string, input: string) =>
  spawnSync(ctl, [command], {input, encoding: 'utf8', env: {...process.env, CTL_ENDPOINTS: 'http://127.0.0.1:1'}})

// `while read host; do ctl …; done < hosts`: the rest of the hosts are no arguments.
test.each(['stop', 'verify', 'cat', 'drain'])('what is not typed is not taken from stdin: %s', command => {
  const {status, stdout, stderr} = run(command, 'web@1.service\n')
  const without = run(command, '')
  expect({status, stdout, stderr}).toEqual({status: without.status, stdout: without.stdout, stderr: without.stderr})
  expect(status).toBe(2)
})
