import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'

const program = fileURLToPath(new URL('../../src/lib/cli/agent/write-stderr.ts', import.meta.url))
const lines = 20_000
const line = 'one decision, as long as most of them are'

const script = (first: string) => `
  import {writeStderr} from ${JSON.stringify(program)}
  ${first}
  for (let at = 0; at < ${lines}; at++) writeStderr(${JSON.stringify(`${line}\n`)})
`

const run = (first = '') =>
  spawn(process.execPath, ['--input-type=module', '-e', script(first)], {stdio: ['ignore', 'ignore', 'pipe']})

test('writes everything, however slowly it is read', async () => {
  // A pipe that takes no more says so, once node has it as its stderr.
  const child = run("process.stderr.write('begin\\n')")
  let text = ''
  for await (const chunk of child.stderr) {
    text += chunk
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(text).toBe(`begin\n${`${line}\n`.repeat(lines)}`)
})

test('goes on without a reader', async () => {
  const child = run()
  child.stderr.destroy()
  const code = await new Promise(resolve => child.once('close', resolve))
  expect(code).toBe(0)
})
