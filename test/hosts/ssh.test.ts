import {spawn} from 'node:child_process'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import type {Outcome} from './execute.ts'
import {type Host, type Hosts, openHosts} from './open-hosts.ts'
import {root} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'

vi.setConfig({testTimeout: 60_000})

let lack: string | undefined
let bed: Hosts
let first: Host
let second: Host
let home: string

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  bed = await openHosts({count: 2})
  const [one, two] = bed.hosts
  if (one === undefined || two === undefined) throw new Error('two hosts were asked for')
  first = one
  second = two
  home = join(bed.bed.directory, 'home')
  await mkdir(join(home, '.ssh'), {recursive: true, mode: 0o700})
  await writeFile(join(home, '.ssh/config'), `Include ${bed.sshConfig}\n`)
  const unit = (name: string, text: string) =>
    writeFile(join(home, name), `[Container]\nImage=busybox:latest\nExec=sleep 100000\nStopTimeout=0\n[X-Fleet]\n${text}\n`)
  await unit('there.service', 'MachineMetadata=hostname=host2')
  await unit('everywhere.service', 'Global=true')
  await unit('nowhere.service', 'MachineMetadata=role=none')
  const started = await ctl('start', join(home, 'there.service'), join(home, 'everywhere.service'))
  if (started.code !== 0) throw new Error(`the units do not run: ${started.stderr}`)
  await ctl('start', '--no-block', join(home, 'nowhere.service'))
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(() => bed?.close())

const program = join(root, 'bin/ctl')
const environment = () => ({...process.env, HOME: home, CTL_ENDPOINTS: bed.endpoints.join(','), NO_COLOR: '1', SSH_AUTH_SOCK: ''})

interface Running {
  readonly ended: Promise<Outcome>
  readonly said: () => string
  write(text: string): void
  signal(name: NodeJS.Signals): void
}

function start(words: readonly string[]): Running {
  const [command = '', ...others] = words
  const child = spawn(command, others, {env: environment(), timeout: 40_000})
  const output = {stdout: '', stderr: ''}
  child.stdout.on('data', chunk => {
    output.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    output.stderr += chunk
  })
  child.stdin.on('error', () => {})
  return {
    ended: new Promise(resolve => child.once('close', code => resolve({code: code ?? -1, ...output}))),
    said: () => output.stdout,
    write: text => child.stdin.write(text),
    signal: name => child.kill(name),
  }
}

function ctl(...words: readonly string[]): Promise<Outcome> {
  const running = start([program, ...words])
  return running.ended
}

/** `ctl ssh` with this on its stdin. */
async function sshWith(input: string, ...words: readonly string[]): Promise<Outcome> {
  const running = start(['sh', '-c', `printf '%s' "$0" | "$@"`, input, program, 'ssh', ...words])
  return running.ended
}

test.each([
  ['its name', () => ['host2']],
  ['the beginning of its id', () => [second.machineId.slice(0, 8)]],
  ['its address', () => [second.address]],
  ['a flag', () => ['--machine', second.machineId.slice(0, 8)]],
  ['a unit on it', () => ['there']],
  ['a unit, by a flag', () => ['--unit', 'there.service']],
])('a machine is found by %s', async (_, words) => {
  expect(await ctl('ssh', ...words(), 'hostname')).toEqual({code: 0, stdout: 'host2\n', stderr: ''})
})

test.each([
  {words: ['host2', 'ls', '-d', '/etc'], stdout: '/etc\n', code: 0},
  {words: ['host2', '--', 'echo', '$((1 + 1))', '| cat;', 'exit 7'], stdout: '2\n', code: 7},
  {words: ['host2', '--', 'kill -TERM $$'], stdout: '', code: 143},
  {words: ['--no-terminal', 'host2', 'test -t 0 || echo none'], stdout: 'none\n', code: 0},
])('ctl ssh $words ends with $code', async ({words, stdout, code}) => {
  expect(await ctl('ssh', ...words)).toEqual({code, stdout, stderr: ''})
})

test('stdin is passed on to its end, stderr apart from stdout', async () => {
  const large = 'x'.repeat(100_000)
  expect(await sshWith(large, 'host2', 'wc -c; echo err >&2')).toEqual({code: 0, stdout: '100000\n', stderr: 'err\n'})
  expect(await sshWith('echo from a shell; exit 4\n', 'host2')).toMatchObject({
    code: 4,
    stdout: expect.stringContaining('from a shell\n'),
  })
})

test.each([
  {words: ['hots2'], code: 3, told: 'hots2: no such machine or unit'},
  {words: ['--unit', 'ther'], code: 3, told: 'ther.service: no such unit'},
  {words: ['nowhere'], code: 3, told: 'nowhere.service has no place: 2 machines: 2 lack role=none'},
  {
    words: ['everywhere'],
    code: 2,
    told: /everywhere\.service may be machine host\d \(id [0-9a-f]{32}, [\d.]+\), or machine host\d/,
  },
  {words: [], code: 2, told: 'no machine and no unit given'},
  {words: ['host2', '--ssh-port', '9'], code: 5, told: 'nothing listens there'},
  {words: ['host2', '--ssh-username', 'nobody', 'true'], code: 5, told: 'does not let nobody in'},
  {words: ['host2', '--known-hosts-file', '/dev/null', 'true'], code: 5, told: 'the host key of host2'},
])('ctl ssh $words is refused with $code', async ({words, code, told}) => {
  const refused = await ctl('ssh', ...words)
  expect(refused).toMatchObject({code, stdout: ''})
  expect(refused.stderr).toMatch(told)
})

test('through a tunnel a machine is reached from there', async () => {
  const {code, stdout} = await ctl('--tunnel', 'host1', 'ssh', 'host2', 'hostname; echo $SSH_CONNECTION')
  expect({code, stdout}).toEqual({code: 0, stdout: expect.stringMatching(new RegExp(`^host2\n${first.address} `))})
})

test('this host itself is reached without ssh', async () => {
  const {code, stdout} = await first.ssh('ctl ssh host1 "hostname; echo ${SSH_CONNECTION:-none}; exit 3"')
  expect({code, stdout: stdout.split('\n')[0]}).toEqual({code: 3, stdout: 'host1'})
})

test('an unknown host is asked about on a terminal, then known, and the terminal is as it was', async () => {
  const file = join(home, 'known')
  // The terminal is that of script(1); `stty` shows what is left of it.
  const line = `stty -g > ${home}/before; ${program} ssh --ssh-config ${home}/asking host2; echo code $?; stty -g > ${home}/after`
  await writeFile(
    join(home, 'asking'),
    `Host *\nStrictHostKeyChecking ask\nUserKnownHostsFile ${file}\nMatch all\nInclude ${bed.sshConfig}\n`,
  )
  const running = start(['script', '-qec', line, '/dev/null'])
  await until('it asks', () => running.said().includes('(yes/no/[fingerprint])?'))
  running.write('yes\r')
  await until('the shell is there', () => /host2:~#/.test(running.said()))
  running.write('tty; trap "echo trapped" INT\r')
  await until('it has a terminal', () => /\/dev\/pts\/\d+\r\n/.test(running.said()))
  running.write('sleep 1000\r')
  await until('it sleeps', async () => (await second.ssh('pgrep -c sleep')).code === 0)
  running.write('\u0003')
  await until('^C has gone to the program', async () => running.said().includes('^C'))
  running.write('exit 9\r')
  expect((await running.ended).stdout).toContain('code 9')
  expect(await readFile(join(home, 'after'), 'utf8')).toBe(await readFile(join(home, 'before'), 'utf8'))
  expect(await readFile(file, 'utf8')).toMatch(/^host2 ssh-ed25519 /)
})

test.each([
  ['whether a host is known', 'UserKnownHostsFile /dev/null\nStrictHostKeyChecking ask', /fingerprint\]\)\? /],
  ['a password', 'IdentityFile /dev/null', /password/i],
])('^C at the question for %s ends ctl, with 130', async (_, settings, question) => {
  const config = join(home, 'questions')
  await writeFile(config, `Host *\n${settings}\nMatch all\nInclude ${bed.sshConfig}\n`)
  const line = `stty -g > ${home}/before; ${program} ssh --ssh-config ${config} --ssh-username nobody host2; echo code $?; stty -g > ${home}/after`
  const running = start(['script', '-qec', line, '/dev/null'])
  await until('it asks', () => question.test(running.said()))
  running.write('\u0003')
  const {stdout} = await running.ended
  expect(stdout).toContain('code 130')
  expect(stdout).not.toContain('ctl:')
  expect(await readFile(join(home, 'after'), 'utf8')).toBe(await readFile(join(home, 'before'), 'utf8'))
})

test('without a terminal ^C ends ctl, with 130', async () => {
  const running = start([program, 'ssh', 'host2', 'echo up; sleep 1000'])
  await until('it runs', () => running.said() === 'up\n')
  running.signal('SIGINT')
  expect((await running.ended).code).toBe(130)
})

test('fd-forward joins a socket of the host with its streams', async () => {
  const ping = 'GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n'
  const answer = await sshWith(ping, 'host2', 'ctl fd-forward /run/docker.sock')
  expect(answer).toMatchObject({code: 0, stdout: expect.stringMatching(/200 OK[\s\S]*OK$/)})
  const refused = await ctl('fd-forward', '/nope')
  expect(refused).toEqual({code: 5, stdout: '', stderr: 'ctl: no connection to /nope: there is no such socket\n'})
})

test('a machine that dies during a session is told, with 5', async () => {
  const running = start([program, 'ssh', 'host2', 'echo up; sleep 1000'])
  await until('it runs', () => running.said() === 'up\n')
  await second.cut()
  try {
    const {code, stderr} = await running.ended
    expect({code, stderr}).toEqual({code: 5, stderr: expect.stringContaining('is lost: it has not answered for 15s')})
  } finally {
    await second.heal()
  }
})
