import {readFile, writeFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import {fleetBed, forever} from './fleet-bed.ts'

/*
 * What commands do to units, and that it can be undone and done again.
 */

const bed = fleetBed({count: 3})

const services = (...names: readonly string[]) => Promise.all(names.map(name => bed.service(name)))
const numbered = (count: number) => Array.from({length: count}, (_, index) => `many.${index + 1}.service`)

/** What list-unit-files says of each unit: its desired state and what has become of it. */
async function known(): Promise<readonly string[]> {
  return (await bed.unitFiles()).map(({unit, desiredState, state}) => `${unit} ${desiredState}/${state}`)
}

const all = (units: readonly string[], words: string) => units.map(unit => `${unit} ${words}`)

// A unit that is started runs, whoever runs it: fleet's TestUnitRunnable.
test.each([
  ['a service of systemd', ['[Service]', `ExecStart=${forever}`], 'systemctl is-active hello.service', 'active'],
  [
    'a docker line',
    ['[Service]', 'ExecStart=/usr/bin/docker run --name hello busybox sleep 100000', 'ExecStop=/usr/bin/docker kill hello'],
    'docker ps --format "{{.Names}} {{.Image}}"',
    'hello busybox',
  ],
  [
    'a container',
    ['[Container]', 'Image=busybox:latest', 'Exec=sleep 100000', 'StopTimeout=0'],
    'docker ps --format "{{.Names}} {{.Image}}"',
    'hello busybox:latest',
  ],
])('start runs %s', async (_, lines, question, answer) => {
  const outcome = await bed.ctl('start', '--timeout', '30s', await bed.write('hello.service', ...lines))
  expect(outcome).toMatchObject({code: 0, stdout: expect.stringMatching(/^Unit hello\.service launched on host\d\//)})
  expect(await bed.said(await bed.hostRunning('hello.service'), question)).toBe(answer)
})

// Nine units are made known, destroyed and made known again: fleet's TestUnitSubmit.
test('submit and destroy nine units, and again', async () => {
  const units = numbered(9)
  const files = await services(...units)
  for (const _ of ['the first time', 'again']) {
    await bed.told('submit', ...files)
    expect(await known()).toEqual(all(units, 'inactive/inactive'))
    expect(await bed.units()).toEqual([])
    await bed.told('destroy', ...units)
    expect(await known()).toEqual([])
  }
})

// Six units are loaded, unloaded and loaded again: fleet's TestUnitLoad.
test('load and unload six units, and again', async () => {
  const units = numbered(6)
  const files = await services(...units)
  for (const _ of ['the first time', 'again']) {
    await bed.told('load', ...files)
    expect(await known()).toEqual(all(units, 'loaded/loaded'))
    const rows = await bed.units()
    expect(rows.map(({unit, active, sub}) => `${unit} ${active}/${sub}`)).toEqual(all(units, 'inactive/dead'))
    await bed.told('unload', ...units)
    expect(await known()).toEqual(all(units, 'inactive/inactive'))
    expect(await bed.units()).toEqual([])
  }
})

// Three units are started, stopped and started again, and keep their machines: fleet's TestUnitStart.
test('start and stop three units, and again', async () => {
  const units = numbered(3)
  await bed.start(...(await services(...units)))
  const places = await bed.running()
  expect(Object.keys(places)).toEqual(units)
  await bed.told('stop', ...units)
  expect(await known()).toEqual(all(units, 'loaded/loaded'))
  expect(await bed.running()).toEqual({})
  await bed.start(...units)
  expect(await bed.running()).toEqual(places)
})

// What is not running can be stopped all the same: it stays as it is. fleet's own stop ends with 1 there.
test('stop leaves what has no place as it is', async () => {
  await bed.told('submit', ...(await services('hello.service')))
  expect(await bed.ctl('stop', '--timeout', '10s', 'hello')).toMatchObject({code: 0, stdout: 'Unit hello.service inactive\n'})
  expect(await known()).toEqual(['hello.service inactive/inactive'])
})

// With --replace the file here takes the place of the known one, without it there is a warning and the known one stays: fleet's
// TestUnitSubmitReplace, TestUnitLoadReplace, TestUnitStartReplace.
test.each([
  ['submit', 'inactive/inactive'],
  ['load', 'loaded/loaded'],
  ['start', 'launched/launched'],
])('%s --replace', async (verb, words) => {
  const [hello = ''] = await services('hello.service')
  await bed.told(verb, hello)
  const first = await readFile(hello, 'utf8')
  const second = first.replace('Hello', 'Good day')
  await writeFile(hello, second)
  const without = await bed.ctl(verb, hello)
  expect(without).toMatchObject({stderr: expect.stringContaining('hello.service')})
  expect(await bed.told('cat', 'hello')).toBe(first)
  await bed.told(verb, '--replace', hello)
  expect(await bed.told('cat', 'hello')).toBe(second)
  expect(await known()).toEqual([`hello.service ${words}`])
  if (verb !== 'start') return
  const host = await bed.hostRunning('hello.service')
  expect(await bed.said(host, 'systemctl show --property ExecStart --value hello.service')).toContain('Good day')
})

// What runs is replaced by start only; the others refuse with 4 and change nothing, where fleet's load stops the unit: the
// warnings in fleet's TestUnitSubmitReplace and TestUnitLoadReplace.
test.each(['submit', 'load'])('%s --replace refuses what runs', async verb => {
  const [hello = ''] = await services('hello.service')
  await bed.start(hello)
  const text = await readFile(hello, 'utf8')
  await writeFile(hello, text.replace('Hello', 'Good day'))
  expect(await bed.ctl(verb, '--replace', hello)).toMatchObject({code: 4})
  expect(await bed.told('cat', 'hello')).toBe(text)
  expect(await known()).toEqual(['hello.service launched/launched'])
})

// Restarted units are started anew where they are; fleet's TestUnitRestart sees only that they run.
test('restart starts three units anew, each where it is', async () => {
  const units = numbered(3)
  await bed.start(...(await services(...units)))
  const places = await bed.running()
  const invocations = () => Promise.all(units.map(async unit => bed.invocation(bed.hostOf(await machineOf(unit)), unit)))
  const before = await invocations()
  await bed.told('restart', '--timeout', '30s', ...units)
  const after = await invocations()
  for (const [index, invocation] of after.entries()) expect(invocation).not.toBe(before[index])
  expect(await bed.running()).toEqual(places)
})

// A unit's machine is reached by its name or the unit's, a command's exit code is passed on, and the unit's lines and state are
// shown from there: fleet's TestUnitSSHActions.
test('ssh, status and journal reach the machine of a unit', async () => {
  await bed.start(...(await services('hello.service')))
  const host = await bed.hostRunning('hello.service')
  for (const target of ['hello.service', host.name, host.machineId.slice(0, 8)])
    expect(await bed.ctl('ssh', target, 'hostname')).toEqual({code: 0, stdout: `${host.name}\n`, stderr: ''})
  expect(await bed.ctl('ssh', '--machine', host.machineId, '--', 'exit 7')).toMatchObject({code: 7})
  expect(await bed.ctl('ssh', 'nobody.service', 'hostname')).toMatchObject({code: 3, stdout: ''})
  expect(await bed.told('status', 'hello')).toContain('Active: active (running)')
  await until('its line is in the journal', async () => (await bed.told('journal', 'hello')).includes(': Hello\n'))
})

// What cat prints is the file to the byte, comments too; fleet's TestUnitCat sees it without them.
test('cat prints the file as it was submitted', async () => {
  const file = await bed.write(
    'hello.service',
    '# Says hello.',
    '[Service]',
    '',
    'ExecStart = /bin/sh -c "sleep 1000"',
    '; the end',
  )
  await bed.told('submit', file)
  expect(await bed.told('cat', 'hello')).toBe(await readFile(file, 'utf8'))
  expect(await bed.ctl('cat', 'nobody')).toMatchObject({code: 3, stdout: ''})
})

// Status tells of a unit in each of its states, without a place too, and ends with 0: fleet's TestUnitStatus, whose status of an
// inactive unit ends with 1.
test('status tells of a unit that is known, loaded, started', async () => {
  await bed.told('submit', ...(await services('hello.service')))
  expect(await bed.told('status', 'hello')).toMatch(/Wanted: inactive[\s\S]*Active: inactive, without a place/)
  await bed.told('load', 'hello')
  expect(await bed.told('status', 'hello')).toMatch(/Loaded: loaded[\s\S]*Active: inactive \(dead\)/)
  await bed.start('hello')
  expect(await bed.told('status', 'hello')).toMatch(/Loaded: loaded[\s\S]*Active: active \(running\)/)
  expect(await bed.ctl('status', 'nobody')).toMatchObject({code: 3})
})

// Twenty instances are listed in the order in which people count: fleet's TestListUnitFilesOrder, which sorts by letters.
test('list-unit-files is in order', async () => {
  const instances = Array.from({length: 20}, (_, index) => `hello@${index + 1}.service`)
  const template = await bed.service('hello@.service')
  await bed.told('submit', ...instances.toReversed().map(name => template.replace('hello@.service', name)))
  expect((await bed.told('list-unit-files', '-o', 'name')).trim().split('\n')).toEqual(instances)
})

async function machineOf(unit: string): Promise<string | null | undefined> {
  return (await bed.units()).find(row => row.unit === unit)?.machine
}
