import {expect, test} from 'vitest'
import {askApi} from './ask-api.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * Machines in the API that fleet's programs speak.
 */

const bed = fleetBed({count: 2})

const ask = (method: string, path: string, body?: unknown) => askApi(bed, bed.host(1), method, `/fleet/v1${path}`, body)

/** What the API says of the machines' metadata, by host. */
async function metadata(): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const {body} = await ask('GET', '/machines')
  const {machines}: {machines: readonly {id: string; metadata?: Record<string, string>}[]} = JSON.parse(body)
  return Object.fromEntries(machines.map(machine => [bed.hostOf(machine.id).name, machine.metadata ?? {}]))
}

/** Changes the metadata of machines by one request and answers its status. */
async function patch(...operations: readonly {op: string; host: number; key: string; value?: string}[]): Promise<number> {
  const body = operations.map(({op, host, key, value}) => ({
    ...{op, path: `/${bed.host(host).machineId}/metadata/${key}`},
    ...(value === undefined ? {} : {value: {value}}),
  }))
  return (await ask('PATCH', '/machines', body)).status
}

// The machines are listed as JSON, with addresses and metadata: fleet's TestMachinesList.
test('GET machines', async () => {
  const {status, contentType, body} = await ask('GET', '/machines')
  expect(status).toBe(200)
  expect(contentType).toContain('application/json')
  const {machines}: {machines: readonly unknown[]} = JSON.parse(body)
  expect(machines).toHaveLength(2)
  for (const {machineId, address, name} of bed.hosts)
    expect(machines).toContainEqual({id: machineId, primaryIP: address, metadata: {hostname: name}})
})

// A token that is none is refused: fleet's TestMachinesListBadNextPageToken.
test('a bad token for the next page is 400', async () => {
  const {status, contentType, body} = await ask('GET', '/machines?nextPageToken=EwBMLg==')
  expect(status).toBe(400)
  expect(contentType).toContain('application/json')
  expect(JSON.parse(body)).toMatchObject({error: {code: 400}})
})

// Metadata that is added, and replaced, is shown by the API and by ctl, and units can ask for it: fleet's
// TestMachinesPatchAddModify.
test('PATCH adds and replaces metadata', async () => {
  bed.afterwards(() => patch(...['size', 'role'].map(key => ({op: 'remove', host: 1, key}))))
  bed.afterwards(() => patch({op: 'remove', host: 2, key: 'size'}))
  const added = [
    {op: 'add', host: 1, key: 'size', value: 'small'},
    {op: 'add', host: 1, key: 'role', value: 'web'},
    {op: 'add', host: 2, key: 'size', value: 'small'},
  ]
  expect(await patch(...added)).toBe(204)
  expect(await metadata()).toEqual({
    host1: {hostname: 'host1', size: 'small', role: 'web'},
    host2: {hostname: 'host2', size: 'small'},
  })
  expect(await patch({op: 'replace', host: 2, key: 'size', value: 'large'})).toBe(204)
  expect((await metadata()).host2).toEqual({hostname: 'host2', size: 'large'})
  expect(await bed.told('list-machines')).toContain('hostname=host2,size=large')

  await bed.start(await bed.service('big.service', 'MachineMetadata=size=large'))
  expect(await bed.running()).toEqual({'big.service': ['host2']})
})

// Metadata that is removed is gone: fleet's TestMachinesPatchDelete.
test('PATCH removes metadata', async () => {
  expect(await patch({op: 'add', host: 1, key: 'size', value: 'small'})).toBe(204)
  expect((await metadata()).host1).toEqual({hostname: 'host1', size: 'small'})
  expect(await patch({op: 'remove', host: 1, key: 'size'})).toBe(204)
  expect((await metadata()).host1).toEqual({hostname: 'host1'})
})

// What is wrong is refused, and changes nothing: fleet's TestMachinesPatchBad.
test.each([
  ['an operation that is none', {op: 'noop', key: 'metadata/foo', value: {value: 'bar'}}],
  ['a path that is none', {op: 'add', key: 'foo', value: {value: 'bar'}}],
  ['no value', {op: 'add', key: 'metadata/foo', value: undefined}],
])('PATCH with %s is 400', async (_, {op, key, value}) => {
  const good = {op: 'add', path: `/${bed.host(1).machineId}/metadata/good`, value: {value: 'yes'}}
  const bad = {op, path: `/${bed.host(1).machineId}/${key}`, ...(value === undefined ? {} : {value})}
  expect(await ask('PATCH', '/machines', [good, bad])).toMatchObject({status: 400})
  expect((await metadata()).host1).toEqual({hostname: 'host1'})
})
