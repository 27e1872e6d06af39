import {setTimeout as delay} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import {openTestCluster, type TestCluster} from '../fakes/test-cluster.ts'
import {until} from '../fakes/until.ts'

const unit = (lines: string) => `[Container]\nImage=IMAGE\nExec=sleep 100000\nNetwork=none\nStopSignal=KILL\n${lines}`

let cluster: TestCluster

beforeAll(async () => {
  cluster = await openTestCluster('a', 'b', 'c')
  await cluster.file('web@.service', unit('[X-Fleet]\nConflicts=web@*.service\n'))
  await cluster.file('beside@.service', unit('[X-Fleet]\nMachineOf=web@%i.service\n'))
})
beforeEach(async () => {
  for (const machine of ['a', 'b', 'c']) if (!cluster.isAlive(machine)) await cluster.startAgent(machine)
})
afterEach(() => cluster.clear())
afterAll(() => cluster?.remove())

test('a machine killed with -9: its units run elsewhere, pairs together, and stop on it once it is back', async () => {
  await cluster.expectCtl(0, 'start', 'web@{1..2}', 'beside@{1..2}')
  const before = await cluster.containers()
  await cluster.endAgent('b', 'SIGKILL')
  await until('machine b is lost', async () => (await cluster.expectCtl(0, 'list-machines', '-o', 'name')).stdout === 'a\nc\n')
  await cluster.expectCtl(0, 'start', 'web@{1..2}', 'beside@{1..2}')
  expect(await cluster.units()).toEqual([
    'beside@1.service a active/running',
    'beside@2.service c active/running',
    'web@1.service a active/running',
    'web@2.service c active/running',
  ])
  const untouched = (await cluster.containers()).filter(({machine}) => machine === 'a')
  expect(untouched).toEqual(before.filter(({machine}) => machine === 'a'))

  await cluster.startAgent('b')
  await until(
    'machine b has stopped what was given away',
    async () => !(await cluster.containers()).some(({machine}) => machine === 'b'),
  )
  expect(await cluster.agentLog('b')).toContain('not assigned to this machine')
  expect((await cluster.containers()).map(({unit, machine}) => `${unit} ${machine}`)).toEqual([
    'beside@1.service a',
    'beside@2.service c',
    'web@1.service a',
    'web@2.service c',
  ])
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'an agent that is restarted after %s finds its containers and keeps them',
  async signal => {
    await cluster.expectCtl(0, 'start', 'web@{1..3}')
    const before = await cluster.containers()
    expect(before.map(({state}) => state)).toEqual(['running', 'running', 'running'])
    await cluster.endAgent('a', signal)
    await cluster.startAgent('a')
    await cluster.expectCtl(0, 'start', 'web@{1..3}')
    expect(await cluster.containers()).toEqual(before)
    expect(await cluster.agentLog('a')).toContain('took over the registration of the agent before')
  },
)

test('etcd restarted, and gone for longer than a lease: no container is touched, and the cluster works on', async () => {
  await cluster.expectCtl(0, 'start', 'web@{1..3}')
  const before = await cluster.containers()
  await cluster.etcd.restart()
  await cluster.expectCtl(0, 'list-units')
  await cluster.etcd.stop()
  expect((await cluster.ctl('list-units')).code).toBe(5)
  await delay(5_000)
  await cluster.etcd.start()
  await until(
    'all machines are registered again',
    async () => (await cluster.ctl('list-machines', '-o', 'name')).stdout === 'a\nb\nc\n',
  )
  expect(await cluster.containers()).toEqual(before)
  await cluster.expectCtl(0, 'restart', 'web@2')
  const after = await cluster.containers()
  expect(after.filter(({unit: name}) => name !== 'web@2.service')).toEqual(
    before.filter(({unit: name}) => name !== 'web@2.service'),
  )
})

test('the leader killed: another leads and places what comes', async () => {
  const leader = async () =>
    JSON.parse((await cluster.store.get(['leader'])).entries[0]?.value ?? '{}').machine as string | undefined
  await until('somebody leads', async () => (await leader()) !== undefined)
  const first = (await leader()) ?? ''
  await cluster.endAgent(first, 'SIGKILL')
  await until('another leads', async () => ![undefined, first].includes(await leader()))
  await cluster.expectCtl(0, 'start', 'web@1')
})

test('a oneshot that succeeded runs no more: not by a restarted agent, not by a lost machine, and again when asked to', async () => {
  await cluster.file('once.service', "[Container]\nImage=IMAGE\nExec=sh -c 'echo done'\nNetwork=none\n[Service]\nType=oneshot\n")
  expect((await cluster.expectCtl(0, 'start', 'once')).stdout).toBe('Unit once.service succeeded on a/127.0.0.1\n')
  const [ran] = await cluster.containers()
  await cluster.endAgent('a', 'SIGTERM')
  await cluster.startAgent('a')
  await cluster.expectCtl(0, 'start', '--no-block', 'web@1')
  await cluster.expectCtl(0, 'start', 'web@1')
  expect((await cluster.containers()).filter(({unit: name}) => name === 'once.service')).toEqual([ran])

  await cluster.endAgent('a', 'SIGKILL')
  await until('machine a is lost', async () => (await cluster.expectCtl(0, 'list-machines', '-o', 'name')).stdout === 'b\nc\n')
  await cluster.expectCtl(0, 'start', 'web@1')
  expect((await cluster.containers()).filter(({unit: name}) => name === 'once.service')).toEqual([ran])

  await cluster.startAgent('a')
  await cluster.expectCtl(0, 'restart', 'once')
  expect((await cluster.containers()).filter(({unit: name, id}) => name === 'once.service' && id !== ran?.id)).toHaveLength(1)
})

test.each([
  {onExit: 'leave', expected: 'ending: the units stop'},
  {onExit: 'drain', expected: 'ending: the units are placed elsewhere first'},
])('an agent that ends with --on-exit=$onExit leaves nothing behind, and its units run elsewhere', async ({onExit, expected}) => {
  await cluster.endAgent('a', 'SIGTERM')
  await cluster.startAgent('a', '--on-exit', onExit)
  await cluster.expectCtl(0, 'start', 'web@{1..2}')
  expect(await cluster.units()).toContain('web@1.service a active/running')
  expect(await cluster.endAgent('a', 'SIGTERM')).toBe(0)
  expect(await cluster.agentLog('a')).toContain(expected)
  expect((await cluster.expectCtl(0, 'list-machines', '-o', 'name')).stdout).toBe('b\nc\n')
  expect((await cluster.containers()).filter(({machine}) => machine === 'a')).toEqual([])
  await cluster.expectCtl(0, 'start', 'web@{1..2}')
  expect(await cluster.units()).toEqual(['web@1.service c active/running', 'web@2.service b active/running'])
})

test('a second agent with the same id is refused with both addresses and exit 4', async () => {
  const second = await cluster.ctl(
    'agent',
    '--machine-id',
    'a',
    '--address',
    '127.0.0.2',
    '--state-dir',
    `${cluster.directory}/second`,
    '--config',
    '/dev/null',
    ...['--driver', 'docker', '--environment-file', 'none', '--api-socket', 'none'],
  )
  expect(second.code).toBe(4)
  expect(second.stderr).toMatch(/machine id a is alive at 127\.0\.0\.1 .* this one is at 127\.0\.0\.2/)
})
