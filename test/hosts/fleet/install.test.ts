import {expect, test} from 'vitest'
import {fleetBed, forever} from './fleet-bed.ts'

/*
 * Units that systemd itself starts and stops.
 */

const bed = fleetBed({count: 1})

// A unit with [Install] is enabled once it is loaded: it starts with the unit that wants it, and stops with the one that it is
// bound to. fleet's TestInstallUnit.
test('[Install] WantedBy= has a loaded unit start with another, BindsTo= has it stop with that', async () => {
  const host = bed.host(1)
  const child = await bed.write(
    'child.service',
    '[Unit]',
    'BindsTo=parent.service',
    'After=parent.service',
    '[Service]',
    `ExecStart=${forever}`,
    '[Install]',
    'WantedBy=parent.service',
  )
  const parent = await bed.service('parent.service')
  await bed.told('load', parent, child)
  expect(await bed.said(host, 'systemctl is-enabled child.service')).toBe('enabled-runtime')
  expect(await bed.systemd(host, 'child.service')).toBe('loaded/inactive/dead')

  const states = (parentIs: string, childIs: string) =>
    bed.untilUnits(`the parent is ${parentIs}, the child ${childIs}`, rows => {
      const active = Object.fromEntries(rows.map(row => [row.unit, row.active]))
      return active['parent.service'] === parentIs && active['child.service'] === childIs
    })
  await bed.start('parent')
  await states('active', 'active')
  expect(await bed.systemd(host, 'child.service')).toBe('loaded/active/running')

  await bed.told('stop', 'parent')
  await states('inactive', 'inactive')
  expect(await bed.systemd(host, 'child.service')).toBe('loaded/inactive/dead')
})
