import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {ClusterView} from '../../../src/lib/cluster/view.ts'
import type {Fleetctl} from '../../fakes/fleetctl.ts'
import {type FleetCluster, openFleetCluster} from './fleet-cluster.ts'

let cluster: FleetCluster
let fleetctl: Fleetctl
beforeAll(async () => {
  cluster = await openFleetCluster('one1', 'second22')
})
afterAll(() => cluster?.close())
beforeEach(async () => {
  await cluster.fleetctl().destroy(await known())
  fleetctl = cluster.fleetctl()
})

const hello = '# says hello\n[Service]\nExecStart=/bin/sh -c "while true; do echo Hello; sleep 1; done"\n'
const files = {
  'hello.service': hello,
  'web@.service': `${hello}\n[X-Fleet]\nConflicts=web@*.service\n`,
  'everywhere.service': `${hello}\n[X-Fleet]\nGlobal=true\n`,
  'pinned.service': `${hello}\n[X-Fleet]\nMachineMetadata=host=second22\n`,
  'nowhere.service': `${hello}\n[X-Fleet]\nMachineMetadata=host=third\n`,
}

const view = async () => ClusterView.of((await cluster.store.list([''])).entries)
const known = async () => [...(await view()).units.keys()]
const wanted = async (name: string) => {
  const record = (await view()).units.get(name)
  return record === undefined ? undefined : `${record.desiredState} ${record.generation}`
}

describe('fleetctl', () => {
  test('submits, and shows what it submitted', async () => {
    expect(await fleetctl.submit(['hello.service'], files)).toEqual({code: 0, lines: ['Unit hello.service inactive']})
    expect(fleetctl.calls).toEqual([
      'GET /units/hello.service 404',
      'PUT /units/hello.service 201',
      'GET /units/hello.service 200',
    ])
    expect(await fleetctl.cat('hello.service')).toEqual({code: 0, lines: hello.trimEnd().split('\n').slice(1)})
    expect(await fleetctl.listUnitFiles()).toEqual({code: 0, lines: ['hello.service inactive inactive -']})
    expect(await fleetctl.listUnits()).toEqual({code: 0, lines: []})
  })

  test('starts, with no failure on the way, and the hashes of both lists agree', async () => {
    const {code, lines} = await fleetctl.start(['pinned.service'], files)
    expect({code, lines}).toEqual({
      code: 0,
      lines: ['Unit pinned.service inactive', 'Unit pinned.service launched on second22.../10.0.0.8'],
    })
    expect(await fleetctl.listUnitFiles()).toMatchObject({lines: ['pinned.service launched launched second22.../10.0.0.8']})
    expect((await fleetctl.listUnits()).lines).toEqual([
      expect.stringMatching(/^pinned\.service second22\.\.\.\/10\.0\.0\.8 loaded\/active\/running [0-9a-f]{7}$/),
    ])
    expect(await fleetctl.start(['pinned.service'], files)).toEqual({code: 0, lines: []})
  })

  test('takes a unit through its states and back', async () => {
    expect(await fleetctl.load(['pinned.service'], files)).toMatchObject({code: 0})
    expect(await fleetctl.listUnitFiles()).toMatchObject({lines: ['pinned.service loaded loaded second22.../10.0.0.8']})
    expect(await fleetctl.start(['pinned.service'])).toMatchObject({code: 0})
    expect(await fleetctl.stop(['pinned.service'])).toEqual({
      code: 0,
      lines: ['Unit pinned.service loaded on second22.../10.0.0.8'],
    })
    expect(await fleetctl.unload(['pinned.service'])).toEqual({code: 0, lines: ['Unit pinned.service inactive']})
    expect(await fleetctl.stop(['pinned.service'])).toEqual({
      code: 1,
      lines: ['Unable to stop unit pinned.service in state inactive'],
    })
    expect(await fleetctl.destroy(['pinned.service', 'none.service'])).toEqual({code: 0, lines: ['Destroyed pinned.service']})
    expect(await known()).toEqual([])
  })

  test('makes instances of a template that is known, which keep its comments', async () => {
    expect(await fleetctl.submit(['web@.service'], files)).toMatchObject({code: 0})
    expect(await fleetctl.start(['web@1.service', 'web@2.service'])).toMatchObject({code: 0})
    expect(fleetctl.calls.slice(3, 6)).toEqual([
      'GET /units/web%401.service 404',
      'GET /units/web%40.service 200',
      'PUT /units/web%401.service 201',
    ])
    const {units} = await view()
    expect(new Set([...units.values()].map(({file}) => file)).size).toBe(1)
    const places = (await fleetctl.listUnits()).lines.map(line => line.split(' ')[1])
    expect(places.sort()).toEqual(['one1.../10.0.0.4', 'second22.../10.0.0.8'])
  })

  test('cannot activate a template', async () => {
    await fleetctl.submit(['web@.service'], files)
    const {code, lines} = await fleetctl.start(['web@.service'])
    expect(code).toBe(1)
    expect(lines.join()).toContain('cannot activate template \\"web@.service\\"')
  })

  test('replaces a unit that runs', async () => {
    await fleetctl.start(['hello.service'], files)
    const other = {'hello.service': hello.replace('Hello', 'Good day')}
    expect((await fleetctl.start(['hello.service'], other)).lines).toEqual([
      'WARNING: Unit hello.service in registry differs from local unit file. Add --replace to override.',
    ])
    expect((await fleetctl.load(['hello.service'], other, true)).lines[0]).toMatch(/^Warning: can not replace/)
    await fleetctl.start(['hello.service'])
    expect(await fleetctl.start(['hello.service'], other, true)).toMatchObject({code: 0})
    expect((await fleetctl.cat('hello.service')).lines.join()).toContain('Good day')
    expect((await fleetctl.start(['hello.service'], other, true)).lines).toEqual([
      'Found same Unit(hello.service) in Registry, nothing to do',
    ])
  })

  test('runs a global unit on every machine, without waiting', async () => {
    expect(await fleetctl.start(['everywhere.service'], files)).toEqual({
      code: 0,
      lines: ['Unit everywhere.service ', 'Triggered global unit everywhere.service start'],
    })
    await expect.poll(async () => (await fleetctl.listUnits()).lines.length, {timeout: 10_000}).toBe(2)
    expect(await fleetctl.listUnitFiles()).toMatchObject({lines: ['everywhere.service launched - global']})
    expect(await fleetctl.stop(['everywhere.service'])).toMatchObject({code: 0})
  })

  test('waits for a unit that fits nowhere, as it does with fleet', async () => {
    const impatient = cluster.fleetctl(600)
    expect(await impatient.start(['nowhere.service'], files)).toEqual({
      code: 1,
      lines: ['Unit nowhere.service inactive', 'timed out waiting for unit nowhere.service to report state launched'],
    })
    expect(await wanted('nowhere.service')).toBe('launched 1')
  })

  test('lists machines', async () => {
    expect(await fleetctl.listMachines()).toEqual({
      code: 0,
      lines: ['one1 10.0.0.4 host=one1', 'second22 10.0.0.8 host=second22'],
    })
  })
})
