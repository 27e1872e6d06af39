import {type ChildProcess, spawn} from 'node:child_process'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import {environment, type Outcome} from './execute.ts'
import {type Host, type Hosts, openHosts} from './open-hosts.ts'
import {root} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'

/* `ctl journal` and `ctl exec` over ssh: what units print on whole machines, also when they are restarted and move. */

vi.setConfig({testTimeout: 60_000})

let lack: string | undefined
let bed: Hosts
let one: Host
let two: Host

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  bed = await openHosts({count: 2, agentEnvironment: {CTL_TTL: '20s'}})
  const [first, second] = bed.hosts
  if (first === undefined || second === undefined) throw new Error('two hosts were asked for')
  one = first
  two = second
  await mkdir(join(bed.bed.directory, 'units'))
  const web = await unit('web@.service', counting('web'), '[X-Fleet]', 'Conflicts=web@*.service')
  const systemd = await unit('plain.service', '[Service]', `ExecStart=/bin/sh -c "${loop('plain')}"`, `[X-Fleet]`, on(one))
  await told('start', web.replace('@', '@1'), web.replace('@', '@2'), systemd)
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await bed?.close()
})

const running = new Set<ChildProcess>()

/** A command of ctl that runs, and what it has said so far. */
interface Running {
  readonly said: {stdout: string; stderr: string}
  readonly ended: Promise<Outcome>
  readonly child: ChildProcess
}

function start(...words: readonly string[]): Running {
  const own = {CTL_ENDPOINTS: bed.endpoints.join(','), CTL_SSH_CONFIG: bed.sshConfig}
  const child = spawn(join(root, 'bin/ctl'), words, {stdio: 'pipe', env: {...environment, ...own}})
  running.add(child)
  const said = {stdout: '', stderr: ''}
  child.stdout.setEncoding('utf8').on('data', text => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (said.stderr += text))
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      running.delete(child)
      resolve({code: code ?? -1, ...said})
    })
  })
  return {said, ended, child}
}

function ctl(...words: readonly string[]): Promise<Outcome> {
  const command = start(...words)
  command.child.stdin?.end()
  return command.ended
}

async function told(...words: readonly string[]): Promise<string> {
  const {code, stdout, stderr} = await ctl(...words)
  if (code !== 0) throw new Error(`ctl ${words.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Follows until the work is done; answers what was said, and how ^C ended it. */
async function following(words: readonly string[], work: (said: Running['said']) => Promise<void>): Promise<Outcome> {
  const command = start('journal', '-f', ...words)
  try {
    await work(command.said)
  } catch (error) {
    throw new Error(`it said: ${command.said.stdout.slice(-2000)}${command.said.stderr}`, {cause: error})
  } finally {
    command.child.kill('SIGINT')
  }
  return command.ended
}

async function unit(name: string, ...lines: readonly string[]): Promise<string> {
  const path = join(bed.bed.directory, 'units', name)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

const on = (host: Host) => `MachineID=${host.machineId}`
const loop = (word: string) => `n=0; while :; do n=$((n+1)); echo ${word} $n; sleep 0.1; done`.replaceAll('$', '$$')
const counting = (word: string) =>
  `[Service]\nExecStart=/usr/bin/docker run --name ${word}-%i --stop-timeout 0 busybox sh -c "${loop(`${word}-%i`)}"`

/** The numbers behind a word, in the order in which they were printed. */
function numbers(text: string, word: string): readonly number[] {
  return Array.from(text.matchAll(new RegExp(`\\b${word} (\\d+)$`, 'gm')), match => Number(match[1]))
}

/** Runs of 1, 2, 3, … without a gap or a repetition: how many. */
function wholeRuns(counted: readonly number[]): number {
  let runs = 0
  for (const [at, number] of counted.entries()) {
    if (number === 1) runs++
    else if (at > 0 && number !== (counted[at - 1] ?? 0) + 1) throw new Error(`a gap: ${counted.join(' ')}`)
  }
  return runs
}

describe('what units printed', () => {
  test('of one unit has no names', async () => {
    await until('it has printed', async () => numbers(await told('journal', 'web@1'), 'web-1').length >= 5)
    const lines = (await told('journal', '-n', '5', '-o', 'cat', 'web@1')).trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines.every(line => /^web-1 \d+$/.test(line))).toBe(true)
    expect(await told('logs', '-n', '1', 'web@1')).toMatch(/^\w{3} \d\d \d\d:\d\d:\d\d web-1 \d+\n$/)
  })

  test('of several stands in order of time, with names', async () => {
    const lines = (await told('journal', '-n', '10', 'web@*', 'plain')).trimEnd().split('\n')
    expect(lines).toHaveLength(30)
    const names = new Set(lines.map(line => line.replace(/ +\|.*/, '')))
    const {stdout} = await ctl('list-units', '-o', 'json')
    const rows: readonly {unit: string; machine: string}[] = JSON.parse(stdout)
    const nameOf = (id: string) => bed.hosts.find(({machineId}) => machineId === id)?.name
    expect(names).toEqual(new Set(rows.map(row => `${row.unit} ${nameOf(row.machine)}`)))
    const objects = (await told('journal', '-n', '10', '-o', 'json', 'web@*', 'plain')).trimEnd().split('\n')
    const times = objects.map((line): number => JSON.parse(line).time)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('of a unit that systemd runs says who said it, and what systemd said of it', async () => {
    const text = await told('journal', '-n', 'all', 'plain')
    expect(text).toMatch(/systemd\[1\]: Started plain\.service/)
    expect(text).toMatch(/sh\[\d+\]: plain 1$/m)
    expect(numbers(await told('journal', '--since', '1s', 'plain'), 'plain').length).toBeLessThan(20)
  })

  test.each([
    ['an unknown unit', ['journal', 'wbe@1'], 3, /no such unit[\s\S]*did you mean web@1\.service/],
    ['no unit', ['journal'], 2, /unit/],
    ['a time that is none', ['journal', '--since', 'soon', 'web@1'], 2, /is no time/],
    ['a unit on another machine', ['journal', '-m', 'host2', 'plain'], 3, /plain\.service is not on host2/],
  ])('%s is told', async (_, words, code, said) => {
    const outcome = await ctl(...words)
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toMatch(said)
  })

  test('of a unit without a place is told with the reason', async () => {
    const file = await unit('nowhere.service', counting('nowhere').replaceAll('%i', '0'), '[X-Fleet]', 'MachineMetadata=no=such')
    await ctl('start', '--no-block', file)
    await until('it was refused', async () => {
      const {code, stderr} = await ctl('journal', 'nowhere')
      return code === 3 && /nowhere\.service has no place: .*no=such/.test(stderr)
    })
    const {code, stdout} = await ctl('journal', '-n', '1', 'nowhere', 'plain')
    expect({code, lines: numbers(stdout, 'plain').length}).toEqual({code: 3, lines: 1})
    await told('destroy', 'nowhere')
  })
})

describe('a unit that was restarted', () => {
  const container = async () => (await one.ssh('docker ps -aq --no-trunc --filter name=again-0')).stdout.trim().split('\n')

  test('has its decisions and last lines in ctl status, and the lines of its earlier container in ctl journal', async () => {
    const file = await unit('again.service', counting('again').replaceAll('%i', '0'), '[X-Fleet]', on(one))
    await told('start', file)
    await until('it has printed', async () => numbers(await told('journal', 'again'), 'again-0').length >= 3)
    const [before = ''] = await container()
    await told('restart', 'again')
    const runs = async () => wholeRuns(numbers(await told('journal', '-n', 'all', 'again'), 'again-0'))
    await until('the next one has printed', async () => (await runs()) === 2)
    // The earlier container is kept beside, under a name of its own.
    const names = (await one.ssh('docker ps -a --format "{{.Names}}" --filter name=again-0')).stdout
    expect(names).toMatch(new RegExp(`^again-0\\.before-${before.slice(0, 8)}$`, 'm'))

    const page = await told('status', '-n', '3', 'again')
    expect(page).toMatch(/ Decided: \S+Z start: assigned here: .*\n(?: {11}.*\n)* {11}\S+Z start: a fresh start is wanted/)
    expect(page).toMatch(/ Printed: \S+Z again-0 \d+\n(?: {11}\S+Z again-0 \d+\n){2}$/)

    const all = (await told('journal', '-n', 'all', '-o', 'json', 'again')).trimEnd().split('\n')
    const lines: readonly {container: string; text: string}[] = all.map(line => JSON.parse(line))
    expect(wholeRuns(numbers(lines.map(({text}) => text).join('\n'), 'again-0'))).toBe(2)
    expect(lines[0]?.container).toBe(before)
    expect(new Set(lines.map(line => line.container)).size).toBe(2)
    await told('destroy', 'again')
  })
})

describe('what units print', () => {
  test('goes on over a restart, nothing lost and nothing twice; ^C ends it with 130', async () => {
    const {code, stdout} = await following(['-n', 'all', '-o', 'cat', 'web@1'], async said => {
      await until('it is followed', () => numbers(said.stdout, 'web-1').length > 5)
      await told('restart', 'web@1')
      await until('the next container is followed', () => wholeRuns(numbers(said.stdout, 'web-1')) === 2)
      const {length} = said.stdout
      await until('it goes on', () => said.stdout.length > length + 30)
    })
    expect(code).toBe(130)
    expect(wholeRuns(numbers(stdout, 'web-1'))).toBe(2)
  })

  test('follows a unit to another machine, and ends when it is destroyed', async () => {
    const here = await unit('mover.service', counting('mover').replaceAll('%i', '0'), '[X-Fleet]', on(one))
    await told('start', here)
    const command = start('journal', '-f', '-n', 'all', '-o', 'cat', 'mover')
    await until('it is followed', () => numbers(command.said.stdout, 'mover-0').length > 5)
    await unit('mover.service', counting('mover').replaceAll('%i', '0'), '[X-Fleet]', on(two))
    await told('start', '--replace', here)
    await until('it is followed to the other machine', () => wholeRuns(numbers(command.said.stdout, 'mover-0')) === 2)
    await told('destroy', 'mover')
    expect((await command.ended).code).toBe(0)
    expect(command.said.stderr).toMatch(/mover\.service moved from host1 to host2/)
    expect(command.said.stderr).toMatch(/mover\.service was destroyed/)
  })

  test('goes on over a lost connection', async () => {
    const {stdout, stderr} = await following(['-n', '1', '-o', 'cat', 'plain'], async said => {
      await until('it is followed', () => numbers(said.stdout, 'plain').length > 5)
      const before = numbers(said.stdout, 'plain').length
      // The server's end of the connection that journalctl was started by.
      await one.ssh(
        'p=$(pidof -s journalctl); while ! grep -q sshd /proc/$p/comm; do p=$(ps -o ppid= -p $p | tr -d " "); done; kill $p',
      )
      await until('it goes on', () => numbers(said.stdout, 'plain').length > before + 10, 40_000)
    })
    expect(stderr).toMatch(/trying again/)
    const counted = numbers(stdout, 'plain')
    expect(counted).toEqual(counted.map((_, at) => (counted[0] ?? 0) + at))
  })

  test('of a machine that cannot be reached is told with exit 5, and the rest is shown', async () => {
    await two.cut()
    try {
      const {code, stdout, stderr} = await ctl('journal', '-n', '2', '--ssh-timeout', '2s', 'web@*')
      expect(code).toBe(5)
      expect(stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(2)
      expect(stderr).toMatch(/no lines of web@\d\.service: /)
    } finally {
      await two.heal()
    }
    await until('it is back', async () => (await ctl('journal', '-n', '1', 'web@*')).code === 0, 40_000)
  })
})

describe('a command in a container', () => {
  test('has an exit code and two outputs', async () => {
    expect(await ctl('exec', 'web@1', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('has an input', async () => {
    const command = start('exec', 'web@1', 'cat')
    command.child.stdin?.end('x'.repeat(5_000_000))
    const {code, stdout, stderr} = await command.ended
    expect({code, length: stdout.length, stderr}).toEqual({code: 0, length: 5_000_000, stderr: ''})
  })

  test('has the user, directory and variables that are asked for', async () => {
    const words = ['--user', '65534', '-w', '/tmp', '-e', 'A=b', 'web@2', '--', 'sh', '-c', 'id -u; pwd; echo $A']
    expect(await told('exec', ...words)).toBe('65534\n/tmp\nb\n')
  })

  test.each([
    ['that systemd runs', ['exec', 'plain', 'ls'], 2, /ctl ssh plain\.service -- ls/],
    ['that is not known', ['exec', 'wbe@1', 'ls'], 3, /no such unit/],
    ['on another machine', ['exec', '-m', 'host2', 'plain', 'ls'], 3, /plain\.service is not on host2/],
  ])('of a unit %s is refused', async (_, words, code, said) => {
    const outcome = await ctl(...words)
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toMatch(said)
  })

  test('of a unit that does not run is refused with its state', async () => {
    await told('stop', 'web@2')
    const {code, stderr} = await ctl('exec', 'web@2', 'ls')
    expect(code).toBe(3)
    expect(stderr).toMatch(/web@2\.service does not run on host\d: it is inactive \(dead\)/)
  })
})
