import {expect, test} from 'vitest'
import {fleetBed} from './fleet-bed.ts'

/*
 * What machines say of themselves, and units ask for.
 */

const bed = fleetBed({count: 3})

// Each instance lands on the machine that its name means; one that means none fails within its rounds: fleet's
// TestTemplatesWithSpecifiersInMetadata.
test('MachineMetadata= of a template may hold specifiers', async () => {
  const template = await bed.service('on@.service', 'MachineMetadata=hostname=%i')
  await bed.told('submit', template)
  const names = bed.hosts.map(({name}) => name)
  await bed.start(...names.map(name => `on@${name}`))
  expect(await bed.running()).toEqual(Object.fromEntries(names.map(name => [`on@${name}.service`, [name]])))

  const nowhere = await bed.ctl('start', '--block-attempts=20', 'on@invalid')
  expect(nowhere).toMatchObject({code: 7})
  expect(nowhere.stderr).toContain('3 lack hostname=invalid')
})
