import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * Where units land, and what makes them move.
 */

const bed = fleetBed({count: 3})

/** On how many different hosts these units run, each on one. */
async function spread(...units: readonly string[]): Promise<number> {
  const running = await bed.running()
  expect(units.map(unit => running[unit]?.length)).toEqual(units.map(() => 1))
  return new Set(units.flatMap(unit => running[unit] ?? [])).size
}

// Units that name another in MachineOf= run beside it, and move with it when its machine is lost: fleet's TestScheduleMachineOf.
test('MachineOf= keeps pairs together, also when their machine is lost', async () => {
  const numbers = [1, 2, 3]
  const files = numbers.map(number => [
    bed.service(`ping.${number}.service`),
    bed.service(`pong.${number}.service`, `MachineOf=ping.${number}.service`),
  ])
  await bed.start(...(await Promise.all(files.flat())))
  const pairs = async () => {
    const running = await bed.running()
    return numbers.map(number => ({ping: running[`ping.${number}.service`], pong: running[`pong.${number}.service`]}))
  }
  const before = await pairs()
  for (const {ping, pong} of before) expect(pong).toEqual(ping)
  expect(new Set(before.flatMap(({ping}) => ping)).size).toBe(3)

  const lost = await bed.hostRunning('ping.1.service')
  await lost.cut()
  const elsewhere = (machine: string | null) => machine !== null && machine !== lost.machineId
  await bed.untilUnits('all six run on the two hosts that are left', rows =>
    rows.every(({machine, active}) => elsewhere(machine) && active === 'active'),
  )
  const after = await pairs()
  for (const {ping, pong} of after) expect(pong).toEqual(ping)
  expect(after.slice(1)).toEqual(before.slice(1))
})

// Of five units that conflict, three run on three machines and two wait, told why: fleet's TestScheduleConflicts.
test('Conflicts= keeps units apart, and those that fit nowhere wait', async () => {
  const files = [0, 1, 2, 3, 4].map(number => bed.service(`conflict.${number}.service`, 'Conflicts=conflict.*.service'))
  const outcome = await bed.ctl('start', '--timeout', '30s', ...(await Promise.all(files)))
  expect(outcome).toMatchObject({code: 7})
  expect(outcome.stderr).toContain('2 of 5 units cannot be placed')
  const rows = await bed.units()
  const active = rows.filter(row => row.active === 'active')
  expect(new Set(active.map(({machine}) => machine)).size).toBe(3)
  const waiting = rows.filter(row => row.active !== 'active')
  expect(waiting).toHaveLength(2)
  for (const row of waiting) {
    expect(row).toMatchObject({machine: null, active: 'inactive', sub: 'unplaced', desiredState: 'launched'})
    expect(row.reason).toContain('3 machines: 3 run conflicting')
  }

  await bed.told('destroy', active[0]?.unit ?? '')
  await bed.untilUnits('one that waited has the free machine', now => now.filter(row => row.active === 'active').length === 3)
})

// The word of one side is enough, whichever was there first: fleet's TestScheduleOneWayConflict.
test.each([
  ['the one that says so is there first', ['Conflicts=goodbye.service'], []],
  ['the one that says so comes second', [], ['Conflicts=hello.service']],
])('a conflict that only one side declares holds for both: %s', async (_, ofHello, ofGoodbye) => {
  const here = `MachineMetadata=hostname=${bed.host(1).name}`
  await bed.start(await bed.service('hello.service', here, ...ofHello))
  const goodbye = await bed.service('goodbye.service', here, ...ofGoodbye)
  const outcome = await bed.ctl('start', '--timeout', '30s', goodbye)
  expect(outcome).toMatchObject({code: 7})
  expect(outcome.stderr).toContain('1 runs conflicting hello.service')
  expect(await bed.running()).toEqual({'hello.service': ['host1']})

  await bed.told('destroy', 'hello.service')
  await bed.untilUnits('the other runs', rows => rows.some(({unit, active}) => unit === 'goodbye.service' && active === 'active'))
})

// Several globs count, in one line and in several: fleet's TestScheduleMultipleConflicts.
test.each([
  ['one line', ['Conflicts=hello.* goodbye.*']],
  ['two lines', ['Conflicts=hello.*', 'Conflicts=goodbye.*']],
])('several globs of Conflicts= count: %s', async (_, conflicts) => {
  const others = await Promise.all(['hello.service', 'goodbye.service', 'third.service'].map(name => bed.service(name)))
  await bed.start(...others, await bed.service('fourth.service', 'MachineOf=third.service'))
  expect(await spread('hello.service', 'goodbye.service', 'third.service')).toBe(3)
  await bed.start(await bed.service('picky.service', ...conflicts))
  const running = await bed.running()
  expect(running['picky.service']).toEqual(running['third.service'])
})

// The unit that is replaced goes to another machine and runs there: fleet's TestScheduleReplace.
test('Replaces= has the other make way', async () => {
  const here = 'MachineMetadata="hostname=host1" "hostname=host2"'
  await bed.start(await bed.service('kick0.service', here))
  const first = await bed.hostRunning('kick0.service')
  await bed.start(await bed.service('kick1.service', 'Replaces=kick0.service', `MachineMetadata=hostname=${first.name}`))
  await bed.untilUnits('both run, apart', rows => {
    const machines = new Set(rows.filter(({active}) => active === 'active').map(({machine}) => machine))
    return machines.size === 2
  })
  expect((await bed.hostRunning('kick1.service')).name).toBe(first.name)
  expect(await bed.systemd(first, 'kick0.service')).toBe('not-found/inactive/dead')
})

// Units that replace each other replace nothing and both run: fleet's TestScheduleCircularReplace.
test('units that replace each other are left alone', async () => {
  const here = 'MachineMetadata=hostname=host1'
  const circle0 = await bed.service('circle0.service', 'Replaces=circle1.service', here)
  const circle1 = await bed.service('circle1.service', 'Replaces=circle0.service', here)
  await bed.start(circle0)
  const invocation = () => bed.invocation(bed.host(1), 'circle0.service')
  const before = await invocation()
  await bed.start(circle1)
  expect(await bed.running()).toEqual({'circle0.service': ['host1'], 'circle1.service': ['host1']})
  expect(await invocation()).toBe(before)
})

// A unit that names a machine runs there and nowhere else: fleet's TestScheduleConditionMachineID.
test('MachineID= pins units to machines, by the whole id and by its first eight characters', async () => {
  const pins = [
    {host: bed.host(1), line: `MachineID=${bed.host(1).machineId}`},
    {host: bed.host(2), line: `MachineID=${bed.host(2).machineId.slice(0, 8)}`},
    {host: bed.host(3), line: `X-ConditionMachineID=${bed.host(3).machineId}`},
  ]
  const files = await Promise.all(pins.map(({line}, index) => bed.service(`pinned.${index}.service`, line)))
  await bed.start(...files)
  expect(await bed.running()).toEqual(Object.fromEntries(pins.map(({host}, index) => [`pinned.${index}.service`, [host.name]])))

  const nowhere = await bed.ctl('start', '--timeout', '30s', await bed.service('lost.service', `MachineID=${'0'.repeat(32)}`))
  expect(nowhere).toMatchObject({code: 7})
})

// A global unit runs once on each machine, beside units of one place, and takes part in restart and status: fleet's
// TestScheduleGlobalUnits.
test('Global= runs on every machine beside other units', async () => {
  await bed.start(await bed.service('single.0.service'), await bed.service('single.1.service'))
  const everywhere = await bed.service('everywhere.service', 'Global=true')
  await bed.start(everywhere)
  const onAll = bed.hosts.map(({name}) => name)
  expect((await bed.running())['everywhere.service']).toEqual(onAll)
  const [row] = (await bed.unitFiles()).filter(({unit}) => unit === 'everywhere.service')
  expect(row).toMatchObject({desiredState: 'launched', state: null, target: 'global', global: true})

  const status = await bed.told('status', 'everywhere.service')
  expect(status.match(/Active: active \(running\)/g)).toHaveLength(3)
  const invocations = () => Promise.all(bed.hosts.map(host => bed.invocation(host, 'everywhere.service')))
  const before = await invocations()
  await bed.told('restart', '--timeout', '30s', 'everywhere.service')
  const after = await invocations()
  for (const [index, invocation] of after.entries()) expect(invocation).not.toBe(before[index])
  expect((await bed.running())['everywhere.service']).toEqual(onAll)
  expect(Object.keys(await bed.running()).sort()).toEqual(['everywhere.service', 'single.0.service', 'single.1.service'])
})

// A global unit that conflicts with one that is everywhere runs nowhere, and has the machines when that is gone: fleet's
// TestScheduleGlobalConflicts.
test('a second global unit that conflicts with the first runs nowhere', async () => {
  await bed.start(await bed.service('global.0.service', 'Global=true'))
  const second = await bed.service('global.1.service', 'Global=true', 'Conflicts=global.0.service')
  const outcome = await bed.ctl('start', '--timeout', '30s', second)
  expect(outcome).toMatchObject({code: 7})
  expect(await bed.running()).toEqual({'global.0.service': ['host1', 'host2', 'host3']})
  await Promise.all(
    bed.hosts.map(async host => expect(await bed.systemd(host, 'global.1.service')).toBe('not-found/inactive/dead')),
  )

  await bed.told('destroy', 'global.0.service')
  await until('it has every machine', async () => (await bed.running())['global.1.service']?.length === 3)
})
