import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {expect, onTestFinished, test} from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ctl = `${root}bin/ctl`
const {version} = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const run = (...words: readonly string[]) => spawnSync(ctl, words, {encoding: 'utf8'})

test.each([['version'], ['--version'], ['-v']])('ctl %s prints name and version', word => {
  expect(run(word)).toMatchObject({status: 0, stdout: `ctl version ${version}\n`, stderr: ''})
})

test.each([[[]], [['help']], [['--help']], [['-h']]])('ctl %j lists the commands', words => {
  const {status, stdout, stderr} = run(...words)
  expect({status, stderr}).toEqual({status: 0, stderr: ''})
  expect(stdout).toMatch(/^ {2}version +Print the version of ctl$/m)
  expect(stdout).toMatch(/^ {2}help /m)
})

test.each([[['help', 'version']], [['version', '--help']], [['version', '-h']]])('ctl %j is the help of a command', words => {
  const {status, stdout} = run(...words)
  expect(status).toBe(0)
  expect(stdout).toContain('$ ctl version')
})

test.each([
  {
    name: 'an unknown command, with the nearest',
    words: ['versoin'],
    told: ['versoin is not a ctl command, did you mean version?', 'ctl help'],
  },
  {name: 'an unknown command, with none near', words: ['qqqqqqqq'], told: ['qqqqqqqq is not a ctl command', 'ctl help']},
  {name: 'help for an unknown command', words: ['qqqqqqqq', '--help'], told: ['qqqqqqqq is not a ctl command', 'ctl help']},
  {name: 'an unknown flag', words: ['version', '--nope'], told: ['unknown flag --nope', 'ctl help version']},
  {name: 'an argument too many', words: ['version', 'twice'], told: ['unexpected argument: twice', 'ctl help version']},
  {
    name: 'a value that is not offered',
    words: ['completion', 'ksh'],
    told: ['expected ksh to be one of', 'ctl help completion'],
  },
  {name: 'a flag without a command', words: ['--nope'], told: ['--nope: no command given', 'ctl help']},
])('$name is told on stderr with a hint, exit 2', ({words, told: [message = '', hint = '']}) => {
  const {status, stdout, stderr} = run(...words)
  expect({status, stdout}).toEqual({status: 2, stdout: ''})
  const [first, second, ...others] = stderr.trimEnd().split('\n')
  expect(first).toContain(`ctl: ${message}`)
  expect(second).toBe(`hint: ${hint}`)
  expect(others).toEqual([])
})

test.each([
  {words: ['strat', 'web@1'], told: 'strat is not a ctl command, did you mean start?'},
  {words: ['list-unit'], told: 'list-unit is the beginning of several commands: list-unit-files, list-units'},
  {words: ['help', 'list-unit'], told: 'list-unit is the beginning of several commands: list-unit-files, list-units'},
  {words: ['help', 'qqqqqqqq'], told: 'qqqqqqqq is not a ctl command'},
])('ctl $words is wrong usage', ({words, told}) => {
  const {status, stdout, stderr} = run(...words)
  expect({status, stdout}).toEqual({status: 2, stdout: ''})
  expect(stderr).toContain(`ctl: ${told}`)
})

test.each([['submit'], ['load'], ['start'], ['restart'], ['stop'], ['unload'], ['destroy'], ['status'], ['cat']])(
  'ctl %s without units is wrong usage',
  word => {
    expect(run(word)).toMatchObject({status: 2, stdout: '', stderr: expect.stringContaining('ctl: no unit given\n')})
  },
)

test('the beginning of a command is enough', () => {
  expect(run('versi')).toMatchObject({status: 0, stdout: `ctl version ${version}\n`})
})

test('a stack is shown under --debug only', () => {
  expect(run('version', '--nope').stderr).not.toMatch(/^ +at /m)
  expect(run('version', '--nope', '--debug').stderr).toMatch(/^ +at /m)
})

test.each([[['help']], [['version', '--nope']], [['qqqqqqqq']]])(
  'ctl %j writes no escape codes where there is no terminal',
  words => {
    const {stdout, stderr} = run(...words)
    expect(stdout + stderr).not.toContain('\u001b')
  },
)

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(ctl, ['help'], {stdio: ['ignore', 'pipe', 'pipe']})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  child.stdout.destroy()
  expect(await outcome(child)).toEqual({code: 0, stderr: ''})
})

async function outcome(child: ChildProcess): Promise<{readonly code: unknown; readonly stderr: string}> {
  let stderr = ''
  child.stderr?.on('data', chunk => {
    stderr += chunk
  })
  const [code] = await once(child, 'close')
  return {code, stderr}
}
