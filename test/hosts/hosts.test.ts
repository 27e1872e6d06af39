import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest'
import {until} from '../fakes/until.ts'
import {execute} from './execute.ts'
import {type Host, type Hosts, openHosts} from './open-hosts.ts'
import {root} from './places.ts'
import {whyNoHostsToTest} from './requirements.ts'
import {tracesOf} from './traces.ts'

// A machine boots in a second or two, unless all cores are at work.
vi.setConfig({testTimeout: 120_000})

let lack: string | undefined
let bed: Hosts
let first: Host
let second: Host

// The first time on a machine the image is built meanwhile.
beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  bed = await openHosts({count: 2, agentEnvironment: {CTL_TTL: '4s'}})
  const [one, two] = bed.hosts
  if (one === undefined || two === undefined) throw new Error('two hosts were asked for')
  first = one
  second = two
}, 600_000)
beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
afterAll(() => bed?.close())

const said = async (host: Host, command: string) => (await host.ssh(command)).stdout.trim()
const ctl = (...words: readonly string[]) => execute([join(root, 'bin/ctl'), '--endpoints', bed.endpoints.join(','), ...words])

test('a host is a machine of its own: name, id, address, init, journal', async () => {
  expect(await said(first, 'systemctl is-system-running; hostname; cat /proc/1/comm')).toBe('running\nhost1\nsystemd')
  const ids = await Promise.all(bed.hosts.map(host => said(host, 'cat /etc/machine-id')))
  expect(ids).toEqual(bed.hosts.map(({machineId}) => machineId))
  expect(new Set(ids).size).toBe(2)
  expect(await said(second, 'ip -br -4 address show eth0')).toContain(`${second.address}/24`)
  expect(await said(second, 'journalctl --boot --unit docker --grep "API listen" --quiet | wc -l')).toBe('1')
})

test('ssh knows the hosts by their keys, and refuses one whose key is another', async () => {
  const ask = (...options: readonly string[]) => execute(['ssh', '-F', bed.sshConfig, ...options, 'host1', 'hostname; exit 7'])
  expect(await ask()).toEqual({code: 7, stdout: 'host1\n', stderr: ''})
  const wrong = join(bed.bed.directory, 'wrong_hosts')
  const key = await said(second, 'ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key')
  await writeFile(wrong, `host1 ${key}\n`)
  expect(await ask('-o', `UserKnownHostsFile=${wrong}`)).toMatchObject({code: 255, stdout: ''})
})

test('the Docker of a host runs containers', async () => {
  expect(await said(first, 'docker run --rm --memory 32m busybox hostname -i')).toMatch(/^172\.17\./)
  expect(await said(second, 'docker ps --quiet --all')).toBe('')
})

test('every agent is registered, and ctl works on the hosts', async () => {
  const {stdout} = await ctl('list-machines', '-o', 'json')
  const machines: readonly {machine: string; address: string}[] = JSON.parse(stdout)
  const known = machines.map(({machine, address}) => `${address} ${machine}`).sort()
  expect(known).toEqual(bed.hosts.map(({machineId, address}) => `${address} ${machineId}`))
  expect(await said(second, 'ctl list-machines --no-legend | cut -d " " -f 1 | sort')).toBe('host1\nhost2')
  expect(await said(second, 'systemctl is-active meissa-agent')).toBe('active')
})

test('units can speak to etcd in the grammar of v2', async () => {
  expect((await first.ssh('/usr/bin/etcdctl set /announced/web 10.1.2.3')).stdout).toBe('10.1.2.3\n')
  expect(await said(second, 'etcdctl get /announced/web')).toBe('10.1.2.3')
})

test('a unit that is started runs in the Docker of the host where it is placed', async () => {
  const unit = join(bed.bed.directory, 'sleeper.service')
  await writeFile(
    unit,
    '[Container]\nImage=busybox:latest\nExec=sleep 100000\nStopTimeout=0\n[X-Fleet]\nMachineMetadata=hostname=host2\n',
  )
  expect(await ctl('start', unit)).toMatchObject({code: 0, stdout: `Unit sleeper.service launched on host2/${second.address}\n`})
  expect(await said(second, 'docker ps --format "{{.Image}} {{.Command}}"')).toBe('busybox:latest "sleep 100000"')
  expect(await said(first, 'docker ps --quiet')).toBe('')
  // The agent's end is not the unit's.
  expect(await said(second, 'systemctl stop meissa-agent; docker ps --format "{{.Image}}"; systemctl start meissa-agent')).toBe(
    'busybox:latest',
  )
  expect((await ctl('destroy', 'sleeper.service')).code).toBe(0)
  expect(await said(second, 'docker ps --quiet --all')).toBe('')
})

test('a host can be cut off and healed', async () => {
  const ping = async () => (await first.ssh(`ping -c 1 -W 1 ${second.address}`)).code
  expect(await ping()).toBe(0)
  await second.cut()
  expect(await ping()).toBe(1)
  await second.heal()
  await until('host2 answers again', async () => (await ping()) === 0)
})

test('a host that is switched off and on again is the same machine, booted anew', async () => {
  expect((await second.ssh('touch /kept /run/lost && docker create --name kept busybox true && sync')).code).toBe(0)
  await second.halt()
  expect((await second.ssh('true')).code).toBe(255)
  await second.boot()
  const kept = 'ls /kept /run/lost 2>/dev/null; cat /etc/machine-id; docker ps --all --format "{{.Names}}"'
  expect(await said(second, kept)).toBe(`/kept\n${second.machineId}\nkept`)
})

test('nothing is left of it', async () => {
  await bed.close()
  await until('the link is gone', () => tracesOf(bed.bed).length === 0, 5_000).catch(() => {})
  expect(tracesOf(bed.bed)).toEqual([])
  await bed.close()
})
