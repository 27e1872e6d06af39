import {afterAll, beforeAll, expect, test} from 'vitest'
import {runCtl} from '../../fakes/test-cluster.ts'
import {type FleetCluster, openFleetCluster} from './fleet-cluster.ts'

let cluster: FleetCluster
beforeAll(async () => {
  cluster = await openFleetCluster('m1')
  const text = '[Service]\nExecStart=/usr/bin/docker run --rm --name %p-%i nginx:1\n'
  await cluster.fleetctl().submit(['web@.service', 'one.service'], {'web@.service': text, 'one.service': text})
  await cluster.fleetctl().start(['web@1.service'])
})
afterAll(() => cluster?.close())

/** Another cluster in the same etcd takes over what the first one has. */
const importThere = (...args: readonly string[]) =>
  runCtl(['import', '--prefix', '/other/v1/', ...args], {
    env: {...process.env, CTL_ENDPOINTS: cluster.etcd.endpoint, FLEETCTL_ENDPOINT: cluster.endpoint, NO_COLOR: '1'},
  })
const namesThere = async () => {
  const {stdout} = await runCtl(['list-unit-files', '--prefix', '/other/v1/', '-o', 'name'], {
    env: {...process.env, CTL_ENDPOINTS: cluster.etcd.endpoint},
  })
  return stdout.split('\n').filter(line => line !== '')
}

test('ctl import shows what would come, imports it, and says what to do next', async () => {
  const dry = await importThere('--dry-run')
  expect(dry.code).toBe(0)
  expect(dry.stdout.split('\n').map(line => line.split(/ {2,}/))).toEqual([
    ['UNIT', 'DSTATE', 'DRIVER', 'PROBLEMS', 'ACTION'],
    ['one.service', 'inactive', 'docker', expect.anything(), 'submit'],
    ['web@.service', 'inactive', 'docker', expect.anything(), 'submit'],
    ['web@1.service', 'launched', 'docker', expect.anything(), 'submit'],
    [''],
  ])
  expect(await namesThere()).toEqual([])

  const {code, stderr} = await importThere()
  expect({code, stderr}).toEqual({
    code: 0,
    stderr: expect.stringContaining('3 units of fleet: 3 submitted\nNothing is started here.'),
  })
  expect(await namesThere()).toEqual(['one.service', 'web@.service', 'web@1.service'])

  const again = await importThere('--start', '--no-block', 'web@*')
  expect(again).toMatchObject({code: 0, stdout: expect.stringContaining('Triggered unit web@1.service start')})
})
