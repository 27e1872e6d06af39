import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import type {Host} from '../open-hosts.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * The agent of a machine ends, starts, and is refused.
 */

// An agent is back within its TTL, however busy this machine is.
const bed = fleetBed({count: 2, agentEnvironment: {CTL_TTL: '10s'}})

const settings = '/etc/meissa/agent.env'

/** Adds a setting to a machine's agent, and takes it back when the test ends. */
async function set(host: Host, name: string, value: string): Promise<void> {
  bed.afterwards(() =>
    bed.said(host, `cp ${settings}.before ${settings}; systemctl reset-failed meissa-agent; systemctl restart meissa-agent`),
  )
  await bed.said(host, `cp ${settings} ${settings}.before; echo ${name}=${value} >> ${settings}`)
}

const agentSaid = (host: Host) => bed.said(host, 'journalctl --boot --unit meissa-agent --output cat')

// An agent that leaves stops its units and takes its machine away at once; a unit that is pinned to it waits and is not moved:
// fleet's TestNodeShutdown, where an agent always leaves.
test('--on-exit leave: the machine is gone at once, its units stop, a pinned one moves nowhere', async () => {
  const host = bed.host(1)
  await set(host, 'CTL_ON_EXIT', 'leave')
  await bed.said(host, 'systemctl restart meissa-agent')
  await bed.untilRegistered()
  const pinned = await bed.service('pinned.service', `MachineID=${host.machineId}`)
  await bed.start(pinned)
  expect((await bed.hostRunning('pinned.service')).name).toBe(host.name)

  await bed.said(host, 'systemctl stop meissa-agent')
  expect(await bed.machines()).toEqual([bed.host(2).machineId])
  expect(await bed.systemd(host, 'pinned.service')).toBe('not-found/inactive/dead')
  await bed.untilUnits('it has no place', rows => rows.length === 1 && rows[0]?.sub === 'unplaced')
  expect(await bed.systemd(bed.host(2), 'pinned.service')).toBe('not-found/inactive/dead')
  expect(await bed.said(host, 'systemctl show --property Result,ExecMainStatus meissa-agent')).toBe(
    'Result=success\nExecMainStatus=0',
  )

  await bed.said(host, 'systemctl start meissa-agent')
  await bed.untilUnits('it runs where it is pinned to', rows => rows[0]?.active === 'active')
})

// Without that the units of an agent that ends run on, and the next one takes them over untouched: fleet's TestNodeShutdown, turned
// round, since an upgrade of the agent is not to restart every service.
test('--on-exit keep, the default: units run on, and an agent that starts takes them over', async () => {
  const host = bed.host(1)
  const here = ['[X-Fleet]', `MachineID=${host.machineId}`]
  const container = ['[Container]', 'Image=busybox:latest', 'Exec=sleep 100000', 'StopTimeout=0']
  await bed.start(await bed.service('hello.service', ...here.slice(1)), await bed.write('box.service', ...container, ...here))
  const containers = () => bed.said(host, 'docker ps --quiet --no-trunc')
  const [invocation, box] = [await bed.invocation(host, 'hello.service'), await containers()]
  expect(box).not.toBe('')
  await bed.said(host, 'systemctl stop meissa-agent')
  expect(await containers()).toBe(box)
  expect(await bed.systemd(host, 'hello.service')).toBe('loaded/active/running')
  expect(await bed.machines()).toHaveLength(2)
  await bed.said(host, 'systemctl start meissa-agent')
  await bed.start(await bed.service('next.service', ...here.slice(1)))
  expect(await bed.running()).toEqual(Object.fromEntries(['box', 'hello', 'next'].map(name => [`${name}.service`, ['host1']])))
  expect([await bed.invocation(host, 'hello.service'), await containers()]).toEqual([invocation, box])
})

// A second agent with the id of a machine that is alive is refused with 4 and both addresses, and registers once it has an id of
// its own: fleet's TestDetectMachineId.
test('an id that is taken is refused until it is changed', async () => {
  const [first, second] = [bed.host(1), bed.host(2)]
  await bed.start(await bed.service('hello.service', `MachineID=${first.machineId}`))
  const invocation = await bed.invocation(first, 'hello.service')
  await set(second, 'CTL_MACHINE_ID', first.machineId)
  await bed.said(second, 'systemctl stop meissa-agent; systemctl start --no-block meissa-agent')
  const refusals = async () => (await agentSaid(second)).split('\n').filter(line => line.includes(`${first.machineId} is alive`))
  await until('it is refused', async () => (await refusals()).length > 0)
  const [refusal] = await refusals()
  expect(refusal).toContain(first.address)
  expect(refusal).toContain(second.address)
  const status = 'systemctl show --property ExecMainStatus --value meissa-agent'
  await until('it has ended with 4', async () => (await bed.said(second, status)) === '4')
  expect(await addressOf(first.machineId)).toBe(first.address)
  expect(await bed.invocation(first, 'hello.service')).toBe(invocation)

  await bed.said(second, `sed -i /${first.machineId}/d ${settings}; systemctl restart meissa-agent`)
  await bed.untilRegistered()
  await bed.start(await bed.service('there.service', `MachineID=${second.machineId}`))
  expect((await bed.hostRunning('there.service')).name).toBe(second.name)
})

async function addressOf(machine: string): Promise<string | undefined> {
  const machines: readonly {machine: string; address: string}[] = JSON.parse(await bed.told('list-machines', '-o', 'json'))
  return machines.find(each => each.machine === machine)?.address
}
