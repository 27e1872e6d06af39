import {expect, test} from 'vitest'
import type {Host} from '../open-hosts.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * Machines that go and come.
 */

const bed = fleetBed({count: 4})

const units = ['conflict.0.service', 'conflict.1.service', 'conflict.2.service']

/** Starts three units that conflict, on four machines. */
async function startThree(): Promise<void> {
  await bed.start(...(await Promise.all(units.map(unit => bed.service(unit, 'Conflicts=conflict.*.service')))))
}

/** The machine and the start of each unit, by systemd's word. */
async function places(): Promise<Readonly<Record<string, string>>> {
  const each = units.map(async unit => {
    const host = await bed.hostRunning(unit)
    return [unit, `${host.name} ${await bed.invocation(host, unit)}`] as const
  })
  return Object.fromEntries(await Promise.all(each))
}

async function untilAllRunWithout(lost: Host): Promise<void> {
  await bed.untilUnits(`all three run, none on ${lost.name}`, rows =>
    rows.every(({machine, active}) => active === 'active' && machine !== lost.machineId),
  )
}

// A machine is switched off: its unit moves to the free one, the other two are not touched. fleet's
// TestDynamicClusterNewMemberUnitMigration.
test('the unit of a lost machine moves to the free one, no other moves', async () => {
  await startThree()
  const before = await places()
  const lost = await bed.hostRunning('conflict.1.service')
  bed.afterwards(() => lost.boot())
  await lost.halt()
  await untilAllRunWithout(lost)
  const after = await places()
  expect(after['conflict.0.service']).toBe(before['conflict.0.service'])
  expect(after['conflict.2.service']).toBe(before['conflict.2.service'])
  const free = bed.hosts.find(({name}) => !Object.values(before).some(place => place.startsWith(`${name} `)))
  expect(after['conflict.1.service']).toMatch(new RegExp(`^${free?.name} `))
})

// A machine is lost and comes back: exactly one unit has moved, and it does not move again. fleet's
// TestDynamicClusterMemberReboot.
test('a machine that is lost and comes back costs one move', async () => {
  await startThree()
  const before = await places()
  const lost = await bed.hostRunning('conflict.0.service')
  await lost.halt()
  await untilAllRunWithout(lost)
  await lost.boot()
  await bed.untilRegistered()
  const after = await places()
  expect(units.filter(unit => after[unit] !== before[unit])).toEqual(['conflict.0.service'])
  expect((await bed.said(lost, 'systemctl list-units --plain --no-legend "conflict.*"')).trim()).toBe('')
})
