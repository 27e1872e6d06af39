import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {fleetFamilies} from '../../../src/lib/api/fleet/fleet-family.ts'
import {type ApiServer, openApiServer} from '../../../src/lib/api/server/open-server.ts'
import {silentLog} from '../../../src/lib/base/log.ts'
import type {ImportFlags} from '../../../src/lib/cli/import/flags.ts'
import {carryOut, gatherFromFleet, refuseImport, summaryOf} from '../../../src/lib/cli/import/units.ts'
import {wishFor} from '../../../src/lib/cluster/desire.ts'
import {submitUnits} from '../../../src/lib/cluster/submit.ts'
import {ClusterView} from '../../../src/lib/cluster/view.ts'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {recordEntry} from '../../fakes/stored-cluster.ts'
import {FleetBench} from './fleet-bench.ts'

const signal = new AbortController().signal
let fleet: FleetBench
let server: ApiServer
let directory: string
let here: MemoryStore
let flags: ImportFlags
beforeEach(async () => {
  fleet = new FleetBench()
  here = new MemoryStore()
  directory = await mkdtemp(join(tmpdir(), 'meissa-import-'))
  const path = join(directory, 'fleet.sock')
  server = await openApiServer({
    families: [{prefix: '/', routes: [], renderError: ({status}) => ({status})}, ...fleetFamilies({cluster: fleet.cluster})],
    listeners: [{kind: 'socket', path}],
    log: silentLog,
  })
  flags = {
    'fleet-endpoint': `unix://${path}`,
    'dry-run': false,
    start: false,
    replace: false,
    'skip-refused': false,
    block: false,
    output: 'table',
    full: false,
    legend: true,
  }
})
afterEach(async () => {
  await server.close()
  fleet.close()
  here.close()
  await rm(directory, {recursive: true, force: true})
})

const docker = '# why\n[Service]\nExecStart=/usr/bin/docker run --rm --name %p-%i nginx:1\n'
const stripped = docker.split('\n').slice(1).join('\n')

const inFleet = (units: Readonly<Record<string, string>>) =>
  submitUnits(
    fleet.store,
    Object.entries(units).map(([name, text]) => ({name, text, source: name})),
    {replace: false, signal},
  )
const submitHere = (name: string, text: string) => submitUnits(here, [{name, text, source: name}], {replace: false, signal})
const run = async (args: readonly string[] = [], more: Partial<ImportFlags> = {}) => {
  const all = {...flags, ...more}
  const plan = await gatherFromFleet(here, args, {flags: all, signal})
  refuseImport(plan, all)
  await carryOut(here, plan, {flags: all, signal})
  return {rows: plan.rows.map(({unit, driver, action}) => `${unit} ${driver} ${action}`), summary: summaryOf(plan, all)}
}
const known = async () => {
  const {units, files} = ClusterView.of((await here.list([''])).entries)
  return Object.fromEntries([...units.values()].map(each => [each.name, `${each.desiredState} ${files.get(each.file)}`]))
}

describe('importing', () => {
  test('submits templates and units, and starts nothing', async () => {
    await inFleet({'web@.service': docker, 'web@1.service': docker, 'disk.mount': '[Mount]\nWhat=/dev/x\nWhere=/disk\n'})
    await wishFor(fleet.store, ['web@1.service'], 'start', signal)
    const {rows, summary} = await run()
    expect(rows).toEqual(['disk.mount systemd submit', 'web@.service docker submit', 'web@1.service docker submit'])
    expect(await known()).toMatchObject({'web@.service': `inactive ${stripped}`, 'web@1.service': `inactive ${stripped}`})
    expect(summary).toEqual(['3 units of fleet: 3 submitted', expect.stringContaining('`fleetctl unload UNIT` there')])
  })

  test('with --start wants here what is wanted there', async () => {
    await inFleet({'a.service': docker, 'b.service': docker, 'c.service': docker, 'd.service': docker})
    await wishFor(fleet.store, ['a.service', 'd.service'], 'start', signal)
    await wishFor(fleet.store, ['b.service'], 'load', signal)
    await submitHere('d.service', docker)
    const {rows} = await run([], {start: true})
    expect(rows.map(row => row.split(' ').at(-1))).toEqual(['submit', 'submit', 'submit', 'same'])
    expect(await known()).toEqual({
      'a.service': `launched ${stripped}`,
      'b.service': `loaded ${stripped}`,
      'c.service': `inactive ${stripped}`,
      'd.service': `launched ${docker}`,
    })
  })

  test('takes only what is named', async () => {
    await inFleet({'a.service': docker, 'web@1.service': docker, 'web@2.service': docker, 'web@.service': docker})
    expect((await run(['web@{1..1}', 'a'])).rows).toEqual(['a.service docker submit', 'web@1.service docker submit'])
    expect((await run(['web@*'])).rows).toEqual([
      'web@.service docker submit',
      'web@1.service docker same',
      'web@2.service docker submit',
    ])
  })

  test('reads all pages', async () => {
    await fleet.put(...Array.from({length: 230}, (_, at) => recordEntry(`u${at}.service`)))
    const plan = await gatherFromFleet(here, [], {flags, signal})
    expect(plan.rows).toHaveLength(230)
  })

  test('keeps what is here and the same, with its comments', async () => {
    await inFleet({'a.service': stripped})
    await submitHere('a.service', docker)
    expect((await run()).summary).toEqual(['1 unit of fleet: 0 submitted, 1 known already'])
    expect(await known()).toEqual({'a.service': `inactive ${docker}`})
  })

  test('stops at what is here with other contents, unless it may replace it', async () => {
    await inFleet({'a.service': docker, 'b.service': docker})
    await submitHere('a.service', docker.replace('nginx:1', 'nginx:2'))
    await expect(run()).rejects.toMatchObject({exitCode: 4, message: expect.stringContaining('a.service')})
    expect(Object.keys(await known())).toEqual(['a.service'])
    expect((await run([], {replace: true})).rows).toEqual(['a.service docker replace', 'b.service docker submit'])
    expect(await known()).toMatchObject({'a.service': `inactive ${stripped}`})
  })

  test('does not replace what runs here', async () => {
    await inFleet({'a.service': docker})
    await submitHere('a.service', docker.replace('nginx:1', 'nginx:2'))
    await wishFor(here, ['a.service'], 'start', signal)
    await expect(run([], {replace: true})).rejects.toMatchObject({exitCode: 4, hint: expect.stringContaining('--start')})
    await wishFor(fleet.store, ['a.service'], 'start', signal)
    await run([], {replace: true, start: true})
    expect(await known()).toEqual({'a.service': `launched ${stripped}`})
  })

  test('writes nothing when a unit would be refused, unless it may leave it out', async () => {
    await inFleet({'a.service': docker, 'b.service': `${docker}[X-Fleet]\nConflict=x\n`, 'c.service': '# nothing\n'})
    await expect(run()).rejects.toMatchObject({
      exitCode: 2,
      message: '2 of 3 units would be refused: b.service, c.service; nothing was changed',
    })
    expect(await known()).toEqual({})
    const {rows, summary} = await run([], {'skip-refused': true})
    expect(rows).toEqual(['a.service docker submit', 'b.service null refuse', 'c.service null refuse'])
    expect(summary[0]).toBe('3 units of fleet: 1 submitted, 2 left out')
  })

  test.each([
    {name: 'a unit that fleet does not know', args: ['none'], exitCode: 3, message: /none\.service/},
    {name: 'a glob that nothing matches', args: ['x*'], exitCode: 3, message: /x\*/},
    {name: 'an endpoint that is none', endpoint: '/var/run/fleet.sock', exitCode: 2, message: /has no scheme/},
    {name: 'an endpoint that lacks a slash', endpoint: 'unix://var/run/fleet.sock', exitCode: 2, message: /names a host, var/},
    {name: 'another scheme', endpoint: 'ftp://x', exitCode: 2, message: /the scheme ftp/},
    {name: 'nobody there', endpoint: 'unix:///nowhere/fleet.sock', exitCode: 5, message: /cannot be reached/},
  ])('tells of $name', async ({args = [], endpoint, exitCode, message}) => {
    const more = endpoint === undefined ? {} : {'fleet-endpoint': endpoint}
    await expect(run(args, more)).rejects.toMatchObject({exitCode, message: expect.stringMatching(message)})
  })

  test('tells what fleet says when it cannot answer', async () => {
    fleet.store.beforeRead = () => {
      throw Object.assign(new Error('boom'), {})
    }
    await expect(run()).rejects.toMatchObject({exitCode: 5, message: expect.stringContaining('with 500')})
  })
})
