import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import {execute, type Outcome} from './execute.ts'
import {type Host, type Hosts, openHosts} from './open-hosts.ts'
import {root} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'

/*
 * Units of every kind that fleet's users had, on a real machine: each starts, shows its true state, outlives its agent
 * untouched, stops, and leaves nothing behind.
 */

vi.setConfig({testTimeout: 120_000})

let lack: string | undefined
let bed: Hosts
let host: Host
let before: string

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  bed = await openHosts({count: 1, agentEnvironment: {CTL_TTL: '4s'}})
  const [one] = bed.hosts
  if (one === undefined) throw new Error('a host was asked for')
  host = one
  await mkdir(join(bed.bed.directory, 'units'))
  before = await traces()
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(() => bed?.close())

const said = async (command: string) => (await host.ssh(command)).stdout.trim()
const ctl = (...words: readonly string[]): Promise<Outcome> =>
  execute([join(root, 'bin/ctl'), '--endpoints', bed.endpoints.join(','), ...words])

/** What a command prints. Throws when it fails. */
async function told(...words: readonly string[]): Promise<string> {
  const {code, stdout, stderr} = await ctl(...words)
  if (code !== 0) throw new Error(`ctl ${words.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Writes a unit file and answers its path. */
async function unit(name: string, ...lines: readonly string[]): Promise<string> {
  const path = join(bed.bed.directory, 'units', name)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

/** What the units of the cluster are: `web.service active/running`, one a line. */
async function states(): Promise<readonly string[]> {
  const stdout = await told('list-units', '-o', 'json')
  const units: readonly {unit: string; active: string; sub: string}[] = JSON.parse(stdout)
  return units.map(({unit: name, active, sub}) => `${name} ${active}/${sub}`)
}

async function untilStates(...wanted: readonly string[]): Promise<void> {
  let seen: readonly string[] = []
  await until(wanted.join(', '), async () => {
    seen = await states()
    return wanted.every(each => seen.includes(each))
  }).catch(error => {
    throw new Error(`${error.message}; it is: ${seen.join(', ')}`)
  })
}

/** Everything that units could leave behind on a machine. */
const traces = () =>
  said(
    'find /run/systemd/system /run/meissa/launched -mindepth 1 2>/dev/null | sort; systemctl --failed --no-legend; docker ps --all --quiet; findmnt -n -o TARGET /mnt/data',
  )

const started = async (...files: readonly string[]) =>
  expect(await ctl('start', '--timeout', '30s', ...files)).toMatchObject({code: 0})
const invocation = (name: string) => said(`systemctl show --property InvocationID --value ${name}`)

/** What the agent decided since a moment, as its record words it. */
const decisions = async () => Number(await said('wc -l < /var/lib/meissa/decisions.ndjson'))

async function restartAgent(): Promise<void> {
  await host.ssh('systemctl restart meissa-agent')
  await until('the agent is back', async () =>
    (await said('journalctl --unit meissa-agent --output cat --lines 5')).includes('agent runs'),
  )
}

describe('a container and the sidekick that announces it', () => {
  beforeAll(async () => {
    if (lack !== undefined) return
    const web = await unit(
      'web@.service',
      '[Unit]',
      'Requires=docker.service flanneld.service',
      'After=docker.service flanneld.service',
      '[Service]',
      'EnvironmentFile=/etc/environment',
      'ExecStartPre=-/usr/bin/docker kill web-%i',
      'ExecStartPre=-/usr/bin/docker rm web-%i',
      `ExecStart=/usr/bin/docker run --name web-%i -e ADDRESS=\${COREOS_PRIVATE_IPV4} busybox sleep 100000`,
      'ExecStop=/usr/bin/docker kill web-%i',
    )
    const announcer = await unit(
      'announce@.service',
      '[Unit]',
      'BindsTo=web@%i.service',
      'After=web@%i.service',
      '[Service]',
      'EnvironmentFile=/etc/environment',
      `ExecStart=/bin/sh -c "while true; do etcdctl set /announced/web-%i \${COREOS_PRIVATE_IPV4} --ttl 60; sleep 1; done"`,
      'ExecStop=/bin/sh -c "etcdctl rm /announced/web-%i"',
      '[X-Fleet]',
      'MachineOf=web@%i.service',
    )
    await started(announcer.replace('@', '@1'), web.replace('@', '@1'))
  }, 60_000)
  afterAll(async () => {
    if (lack === undefined) await ctl('destroy', 'web@1', 'announce@1')
  })

  test('run by Docker and by systemd, each told by its own driver', async () => {
    await untilStates('web@1.service active/running', 'announce@1.service active/running')
    expect(await said('docker ps --format "{{.Names}}"')).toBe('web-1')
    expect(await said('systemctl is-active announce@1.service')).toBe('active')
  })

  test('know the address of their machine from /etc/environment', async () => {
    await until('it is announced', async () => (await said('etcdctl get /announced/web-1')) === host.address)
    expect(await said('docker inspect --format "{{json .Config.Env}}" web-1')).toContain(`ADDRESS=${host.address}`)
  })

  test('outlive their agent untouched', async () => {
    const seen = async () => [
      await said('docker ps --quiet --no-trunc'),
      await invocation('announce@1.service'),
      await decisions(),
    ]
    const then = await seen()
    await restartAgent()
    await untilStates('web@1.service active/running', 'announce@1.service active/running')
    expect(await seen()).toEqual(then)
  })

  test('the sidekick goes with its container and comes back with it', async () => {
    expect(await ctl('stop', 'web@1')).toMatchObject({code: 0})
    await untilStates('web@1.service inactive/dead', 'announce@1.service inactive/dead')
    expect((await host.ssh('etcdctl get /announced/web-1')).code).not.toBe(0)
    await started('web@1')
    await untilStates('web@1.service active/running', 'announce@1.service active/running')
    expect(await said('grep announce@1 /var/lib/meissa/decisions.ndjson | grep \'"stop"\'')).toContain(
      'web@1.service, which it is bound to, does not run',
    )
  })
})

describe('units of every kind', () => {
  test('a oneshot is run once, and one that stays active is a state of the machine', async () => {
    const once = await unit('once.service', '[Service]', 'Type=oneshot', 'ExecStart=/bin/sh -c "echo ran >> /var/tmp/once"')
    const keep = await unit(
      'keep.service',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      'ExecStart=/bin/sh -c "echo ran >> /var/tmp/keep"',
    )
    expect((await ctl('start', once, keep)).stdout).toContain('once.service succeeded')
    await untilStates('once.service inactive/dead', 'keep.service active/exited')
    await restartAgent()
    await untilStates('once.service inactive/dead', 'keep.service active/exited')
    expect(await said('cat /var/tmp/once /var/tmp/keep')).toBe('ran\nran')
  })

  test('a timer starts its service, which is loaded', async () => {
    const timer = await unit('tick.timer', '[Timer]', 'OnActiveSec=100ms', 'OnUnitActiveSec=300ms', 'AccuracySec=10ms')
    const service = await unit(
      'tick.service',
      '[Service]',
      'Type=oneshot',
      'ExecStart=/bin/sh -c "echo tick >> /run/ticks"',
      '[X-Fleet]',
      'MachineOf=tick.timer',
    )
    expect(await ctl('submit', timer)).toMatchObject({code: 0})
    expect(await ctl('load', '--no-block', service)).toMatchObject({code: 0})
    await started('tick.timer')
    await until('it ticks', async () => Number(await said('wc -l < /run/ticks')) > 2)
    // As long as its service runs, three times a second, the timer is itself said to run.
    await untilStates('tick.timer active/waiting')
  })

  test('a socket starts its service when somebody knocks', async () => {
    const socket = await unit('relay.socket', '[Socket]', 'ListenStream=127.0.0.1:7022')
    const service = await unit(
      'relay.service',
      '[Service]',
      'ExecStart=/lib/systemd/systemd-socket-proxyd 127.0.0.1:22',
      '[X-Fleet]',
      'MachineOf=relay.socket',
    )
    expect(await ctl('submit', socket)).toMatchObject({code: 0})
    expect(await ctl('load', '--no-block', service)).toMatchObject({code: 0})
    await started('relay.socket')
    await untilStates('relay.socket active/listening', 'relay.service inactive/dead')
    expect(await said('timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/7022; head -c 4 <&3"')).toBe('SSH-')
    await untilStates('relay.socket active/running', 'relay.service active/running')
  })

  test('a mount is mounted, and enabled until the next boot', async () => {
    const mount = await unit(
      'mnt-data.mount',
      '[Mount]',
      'What=tmpfs',
      'Where=/mnt/data',
      'Type=tmpfs',
      '[Install]',
      'WantedBy=multi-user.target',
    )
    await started(mount)
    await untilStates('mnt-data.mount active/mounted')
    expect(await said('findmnt -n -o FSTYPE /mnt/data; systemctl is-enabled mnt-data.mount')).toBe('tmpfs\nenabled-runtime')
  })

  test('KillMode=none leaves the stop to ExecStop=', async () => {
    const file = await unit(
      'gentle.service',
      '[Service]',
      'KillMode=none',
      'ExecStart=/bin/sh -c "trap \'echo asked > /run/asked; exit 0\' USR1; while true; do sleep 0.1; done"',
      'ExecStop=/bin/kill -USR1 $MAINPID',
    )
    await started(file)
    expect(await ctl('stop', 'gentle')).toMatchObject({code: 0})
    await untilStates('gentle.service inactive/dead')
    await until('it was asked', async () => (await said('cat /run/asked')) === 'asked')
  })

  test("a failure is told with its last lines, and systemd's own restarts are counted", async () => {
    const file = await unit('bad.service', '[Service]', 'ExecStart=/bin/sh -c "echo no luck; exit 3"')
    const outcome = await ctl('start', file)
    expect(outcome).toMatchObject({code: 8})
    expect(outcome.stdout + outcome.stderr).toMatch(/it exited with 3[\s\S]*no luck/)
    await untilStates('bad.service failed/failed')
    const stubborn = await unit('again.service', '[Service]', 'ExecStart=/bin/sleep 0.2', 'Restart=always', 'RestartSec=50ms')
    await started(stubborn)
    await until('it was restarted', async () => {
      const units: readonly {unit: string; restarts: number}[] = JSON.parse(await told('list-units', '-o', 'json'))
      return units.some(({unit: name, restarts}) => name === 'again.service' && restarts > 0)
    })
  })

  test('a change that leaves alone what runs is read without a restart', async () => {
    const lines = ['[Service]', 'ExecStart=/bin/sleep 100000']
    await started(await unit('calm.service', ...lines))
    const then = await invocation('calm.service')
    expect(await ctl('start', '--replace', await unit('calm.service', ...lines, 'RestartSec=7s'))).toMatchObject({code: 0})
    await until('systemd knows', async () => (await said('systemctl show -p RestartUSec --value calm.service')) === '7s')
    expect(await invocation('calm.service')).toBe(then)
    expect(await ctl('restart', 'calm')).toMatchObject({code: 0})
    expect(await invocation('calm.service')).not.toBe(then)
  })

  test("a name that the host has is refused with both paths, and the host's unit stays as it is", async () => {
    const then = await said('systemctl show -p FragmentPath -p ActiveState -p MainPID ssh.service')
    const outcome = await ctl('start', await unit('ssh.service', '[Service]', 'ExecStart=/bin/false'))
    expect(outcome).toMatchObject({code: 8})
    expect(outcome.stdout + outcome.stderr).toMatch(/\/lib\/systemd\/system\/ssh\.service.*\/run\/systemd\/system\/ssh\.service/)
    expect(await said('systemctl show -p FragmentPath -p ActiveState -p MainPID ssh.service')).toBe(then)
  })

  test('a boot ends what was of that boot only, and the agent starts the rest anew', async () => {
    await host.halt()
    await host.boot()
    await untilStates('keep.service active/exited', 'once.service inactive/dead', 'calm.service active/running')
    expect(await said('cat /var/tmp/once')).toBe('ran')
    expect(await said('cat /var/tmp/keep')).toBe('ran\nran')
  })

  test('nothing is left of them', async () => {
    const stdout = await told('list-unit-files', '-o', 'name')
    expect(await ctl('destroy', ...stdout.trim().split('\n'))).toMatchObject({code: 0})
    await until('nothing is left', async () => (await traces()) === before).catch(() => {})
    expect(await traces()).toBe(before)
  })
})
