import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, beforeEach, expect, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import {readBed} from './bed-record.ts'
import {execute, type Outcome} from './execute.ts'
import {readKeeper} from './keeper.ts'
import {bedDirectory, root} from './places.ts'
import {identify, isAlive} from './process-identity.ts'
import {removeBed, sweepBeds} from './remove-bed.ts'
import {whyNoHostsToTest} from './requirements.ts'
import {tracesOf} from './traces.ts'

// A machine boots in a second or two, unless all cores are at work.
vi.setConfig({testTimeout: 120_000})

let lack: string | undefined
const name = `life-${process.pid}`
const program = [process.execPath, join(root, 'test/hosts/main.ts')]
const hosts = (...words: readonly string[]): Promise<Outcome> => execute([...program, ...words, '--name', name])
const up = ['up', '1', '--no-agent']

const started = new Set<ChildProcess>()

beforeAll(async () => {
  lack = await whyNoHostsToTest()
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  started.clear()
  if (lack === undefined) await removeBed(name)
})

/** A process of its own; how it has ended, once it has. */
function start(words: readonly string[]): {child: ChildProcess; ended: Promise<number | string | null>; output: () => string} {
  const [file = '', ...args] = words
  const child = spawn(file, args, {stdio: ['ignore', 'pipe', 'inherit'], cwd: root})
  started.add(child)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  return {
    child,
    ended: new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal))),
    output: () => output,
  }
}

/** The bed's name and link, once its hosts are being started. */
async function half(): Promise<{name: string; link: string}> {
  await until('a host is being started', () => existsSync(join(bedDirectory(name), 'host1/config.json')))
  return {name, link: readBed(name)?.link ?? ''}
}

test('a bed that is raised by hand stands until it is taken down', async () => {
  const raised = await hosts(...up)
  expect(raised).toMatchObject({code: 0, stderr: expect.stringMatching(/^hosts: 1 host is up after/m)})
  const bed = {name, link: readBed(name)?.link ?? ''}
  expect(await hosts(...up)).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining(`the bed ${name} stands already`),
  })
  await sweepBeds()
  expect((await hosts('status')).stdout).toMatch(/^host1 +10\.213\.\d+\.11 +running +active +inactive +\d+M$/m)
  const asked = await execute([...program, 'ssh', '1', '--name', name, '--', 'hostname;', 'exit', '42'])
  expect(asked).toEqual({code: 42, stdout: 'host1\n', stderr: ''})
  expect(await hosts('ssh', '2')).toMatchObject({code: 3, stderr: expect.stringContaining('it has host1')})
  expect(await hosts('down')).toMatchObject({code: 0, stderr: `hosts: the bed ${name} is gone\n`})
  expect(tracesOf(bed)).toEqual([])
  expect(await hosts('down')).toMatchObject({code: 0, stderr: `hosts: there is no bed ${name}\n`})
  expect((await hosts('status')).code).toBe(3)
})

test('^C while it is raised removes what there is', async () => {
  const raising = start([...program, ...up, '--name', name])
  const bed = await half()
  raising.child.kill('SIGINT')
  expect(await raising.ended).toBe(130)
  expect(tracesOf(bed)).toEqual([])
})

test('one whose raising was killed, or whose keeper was, is removed by whoever raises the next', async () => {
  const raising = start([...program, ...up, '--name', name])
  const bed = await half()
  raising.child.kill('SIGKILL')
  await raising.ended
  expect(tracesOf(bed)).not.toEqual([])
  expect((await hosts(...up)).code).toBe(0)
  expect(readBed(name)?.up).toBe(true)

  const keeper = readKeeper(bedDirectory(name))
  const link = readBed(name)?.link ?? ''
  if (keeper === undefined) throw new Error('the bed has no keeper')
  process.kill(keeper.pid, 'SIGKILL')
  await until('the keeper is gone', () => !isAlive(keeper))
  await sweepBeds()
  expect(tracesOf({name, link})).toEqual([])
})

test('a bed of a test dies with the test, and its files go with the next', async () => {
  const module = JSON.stringify(join(root, 'test/hosts/open-hosts.ts'))
  const script = `const {openHosts} = await import(${module})
    const {bed} = await openHosts({count: 1, agent: false})
    console.log(JSON.stringify(bed))
    setInterval(() => {}, 1000)`
  const owner = start([process.execPath, '--input-type=module', '--eval', script])
  await until('the bed stands', () => owner.output().endsWith('\n'), 60_000)
  const bed: {name: string; link: string; directory: string} = JSON.parse(owner.output())
  expect(identify(readKeeper(bed.directory)?.pid ?? 0)).toBeDefined()
  owner.child.kill('SIGKILL')
  await until('only files and cgroups are left', () => tracesOf(bed).every(trace => /^cgroup |^\//.test(trace)))
  await sweepBeds()
  expect(tracesOf(bed)).toEqual([])
})
