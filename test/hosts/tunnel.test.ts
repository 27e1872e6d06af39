import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import {environment, execute, type Outcome} from './execute.ts'
import {type Host, type Hosts, openHosts} from './open-hosts.ts'
import {root} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'

/*
 * A cluster whose etcd is known by a name that only its own hosts know: commands get to it by ssh to one of them.
 */

vi.setConfig({testTimeout: 90_000})

let lack: string | undefined
let bed: Hosts
let first: Host
let second: Host
let config: string

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  bed = await openHosts({count: 2, agentEnvironment: {CTL_TTL: '60s', CTL_DRIVER: 'noop'}})
  const [one, two] = bed.hosts
  if (one === undefined || two === undefined) throw new Error('two hosts were asked for')
  first = one
  second = two
  const [endpoint = ''] = bed.endpoints
  for (const host of bed.hosts) await host.ssh(`echo ${new URL(endpoint).hostname} etcd.internal >> /etc/hosts`)
  config = join(bed.bed.directory, 'contexts', 'config.yaml')
  await mkdir(join(bed.bed.directory, 'units'))
  await writeFile(join(bed.bed.directory, 'units/hello@.service'), '[Container]\nImage=hello\n')
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(() => bed?.close())

const way = (host: Host, {user = 'root', knownHosts = bed.knownHosts} = {}) => [
  ...['--endpoints', 'http://etcd.internal:2379', '--tunnel', host.address, '--ssh-username', user],
  ...['--ssh-config', 'none', '--known-hosts-file', knownHosts, '--identity', bed.identity],
]
const words = (...more: readonly string[]) => [join(root, 'bin/ctl'), ...more]
const ctl = (...more: readonly string[]): Promise<Outcome> => execute(['env', `CTL_CONFIG=${config}`, ...words(...more)])
const unit = (names: string) => join(bed.bed.directory, 'units', names)
const machines = () => bed.hosts.map(({machineId}) => `${machineId}\n`).join('')

/** Starts a unit while no agent does anything, and resolves when the cluster has been told. */
async function beginStart(name: string, host: Host) {
  for (const each of bed.hosts) await each.ssh('systemctl kill --signal STOP meissa-agent')
  const [program = '', ...args] = words(...way(host), 'start', unit(name))
  const child = spawn(program, args, {env: {...environment, CTL_CONFIG: config}, stdio: ['ignore', 'pipe', 'pipe']})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ended = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  await until(`${name} is known`, async () => {
    const {stdout} = await ctl('--endpoints', bed.endpoints.join(','), 'list-unit-files', '-o', 'name')
    return stdout.includes(name)
  })
  return {child, output: () => output, code: async () => Number((await ended)[0])}
}

test('the name leads nowhere from here', async () => {
  expect(await ctl('--endpoints', 'http://etcd.internal:2379', 'list-machines')).toMatchObject({code: 5})
})

test('one host leads to the cluster', async () => {
  const {code, stdout, stderr} = await ctl(...way(first), 'list-machines', '-o', 'name', '--full')
  expect({code, stderr}).toEqual({code: 0, stderr: ''})
  expect(stdout.split('\n').sort()).toEqual(machines().split('\n').sort())
})

test('one unit is started, then ten', async () => {
  expect(await ctl(...way(first), 'start', '--timeout', '30s', unit('hello@1'))).toMatchObject({code: 0})
  const ten = await ctl(...way(second), 'start', '--timeout', '30s', unit('hello@{2..11}'))
  expect(ten).toMatchObject({code: 0, stderr: ''})
  expect(ten.stdout.match(/launched/g)).toHaveLength(10)
  const {stdout} = await ctl(...way(first), 'list-units', '-o', 'name')
  expect(stdout.trim().split('\n')).toHaveLength(11)
})

test('a context keeps the way, and commands take it', async () => {
  expect(await ctl('context', 'add', 'bed', ...way(second))).toMatchObject({code: 0})
  expect(await ctl('list-machines', '-o', 'name')).toMatchObject({code: 0, stderr: ''})
  expect(await ctl('context', 'add', 'other', '--endpoints', 'http://127.0.0.1:1')).toMatchObject({code: 0})
  const {code, stderr} = await ctl('stop', 'hello@1')
  expect({code, stderr}).toEqual({code: 0, stderr: `context: bed (http://etcd.internal:2379 through ${second.address})\n`})
  expect(await ctl('--context', 'other', 'list-machines')).toMatchObject({code: 5})
})

test('no etcd at the far end is told, with the way', async () => {
  const {code, stderr} = await ctl('--context', 'bed', '--endpoints', 'http://127.0.0.1:2379', 'list-machines')
  expect(code).toBe(5)
  expect(stderr).toMatch(/no etcd at http:\/\/127\.0\.0\.1:2379 through root@\S+: .*\nhint: --endpoints says where/)
})

test('a changed host key is refused', async () => {
  const known = join(bed.bed.directory, 'known_hosts.swapped')
  const [a = '', b = ''] = (await readFile(bed.knownHosts, 'utf8')).trim().split('\n')
  const [nameA, ...keyA] = a.split(' ')
  const [nameB, ...keyB] = b.split(' ')
  await writeFile(known, `${[nameA, ...keyB].join(' ')}\n${[nameB, ...keyA].join(' ')}\n`)
  const {code, stderr} = await ctl(...way(first, {knownHosts: known}), '--no-strict-host-key-checking', 'list-machines')
  expect(code).toBe(5)
  expect(stderr).toMatch(/host key/)
})

test('a user who may not log in is told', async () => {
  const {code, stderr} = await ctl(...way(first, {user: 'nobody'}), 'list-machines')
  expect(code).toBe(5)
  expect(stderr).toMatch(/nobody/)
})

test('^C during a wait stops waiting', async () => {
  const start = await beginStart('hello@20', first)
  start.child.kill('SIGINT')
  expect(await start.code()).toBe(130)
  expect(start.output()).toMatch(/stopped waiting for 1 of 1 unit; the cluster goes on with: ctl start hello@20/)
})

test('a connection that is lost ends the wait, and says so', async () => {
  const start = await beginStart('hello@21', second)
  await second.halt()
  expect(await start.code()).toBe(5)
  expect(start.output()).toMatch(/ctl: the connection to root@\S+ is lost: .*\nhint: the cluster goes on/)
})

test('a host that is away is told', async () => {
  const {code, stderr} = await ctl(...way(second), '--ssh-timeout', '3', 'list-machines')
  expect(code).toBe(5)
  expect(stderr).toMatch(/^ctl: no (answer from|ssh connection to) root@/)
})
