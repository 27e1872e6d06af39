import {expect, test} from 'vitest'
import {fleetBed} from './fleet-bed.ts'

/*
 * A cluster that is reached only through one of its machines.
 */

const bed = fleetBed({count: 3})

// One unit and then ten are started through a host by ssh, where etcd has an address that nobody else knows: fleet's
// TestTunnelScheduleBatchUnits.
test('--tunnel starts one unit, and ten', async () => {
  const [etcd = ''] = bed.about.endpoints
  const proxy = `systemd-run --quiet --unit etcd-here --socket-property ListenStream=127.0.0.1:7379 /lib/systemd/systemd-socket-proxyd ${new URL(etcd).host}`
  await bed.said(bed.host(1), proxy)
  const onlyThere = {CTL_ENDPOINTS: 'http://127.0.0.1:7379', CTL_SSH_CONFIG: bed.about.sshConfig}
  const start = (...files: readonly string[]) =>
    bed.ctlWith(onlyThere, '--tunnel', 'host1', 'start', '--timeout', '30s', ...files)
  expect(await bed.ctlWith(onlyThere, 'list-machines')).toMatchObject({code: 5})

  expect(await start(await bed.service('hello.service'))).toMatchObject({code: 0})
  expect(Object.keys(await bed.running())).toEqual(['hello.service'])
  const names = Array.from({length: 10}, (_, index) => `batch.${index + 1}.service`)
  expect(await start(...(await Promise.all(names.map(name => bed.service(name)))))).toMatchObject({code: 0})
  const running = await bed.running()
  expect(Object.keys(running).sort()).toEqual([...names, 'hello.service'].sort())
  expect(new Set(Object.values(running).flat()).size).toBe(3)

  const viaEnvironment = await bed.ctlWith({...onlyThere, CTL_TUNNEL: 'host1'}, 'list-units', '-o', 'name')
  expect(viaEnvironment.stdout.trim().split('\n')).toHaveLength(11)
})
