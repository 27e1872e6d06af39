import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import {fleetBed} from './fleet-bed.ts'

/*
 * A unit in the hands of a real systemd.
 */

const bed = fleetBed({count: 1})

// Loaded, started, stopped and unloaded, a unit is in systemd what it is in the cluster, under the hash of its file: fleet's
// TestSystemdUnitFlow.
test('a unit is written, started, stopped and taken away', async () => {
  const file = await bed.service('hello.service')
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  const seen = async () => {
    const [row] = await bed.units()
    return {...row, systemd: await bed.systemd(bed.host(1), 'hello.service')}
  }
  await bed.told('load', file)
  const resting = {load: 'loaded', active: 'inactive', sub: 'dead', file: hash, systemd: 'loaded/inactive/dead'}
  expect(await seen()).toMatchObject(resting)
  await bed.start('hello')
  expect(await seen()).toMatchObject({
    load: 'loaded',
    active: 'active',
    sub: 'running',
    file: hash,
    systemd: 'loaded/active/running',
  })
  await bed.told('stop', 'hello')
  expect(await seen()).toMatchObject(resting)
  await bed.told('unload', 'hello')
  expect(await seen()).toEqual({systemd: 'not-found/inactive/dead'})
})
