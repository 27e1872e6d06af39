import {readFile, rm, writeFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import {fleetBed} from './fleet-bed.ts'

/*
 * How ctl finds its cluster and knows its machines.
 */

const bed = fleetBed({count: 2})

// The key of a host is taken once, one that has changed is refused, and all is well again after it was taken out of the file:
// fleet's TestKnownHostsVerification.
test('the keys of hosts are held against a file', async () => {
  const file = bed.at('own_known_hosts')
  const ssh = (...flags: readonly string[]) =>
    bed.ctlWith(
      {CTL_SSH_CONFIG: 'none', CTL_KNOWN_HOSTS_FILE: file, CTL_IDENTITY: bed.about.identity, CTL_SSH_USERNAME: 'root'},
      ...['ssh', ...flags, bed.host(1).machineId, 'hostname'],
    )
  expect(await ssh()).toMatchObject({code: 5, stdout: '', stderr: expect.stringContaining('is not known')})
  expect(await ssh('--no-strict-host-key-checking')).toMatchObject({code: 0, stdout: 'host1\n'})
  expect(await ssh()).toEqual({code: 0, stdout: 'host1\n', stderr: ''})

  const [type, key] = (await bed.said(bed.host(2), 'ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key')).split(' ')
  const known = await readFile(file, 'utf8')
  await writeFile(file, `${known.split(' ')[0]} ${type} ${key}\n`)
  expect(await ssh()).toMatchObject({code: 5, stdout: ''})
  expect(await ssh('--no-strict-host-key-checking')).toMatchObject({code: 5, stdout: ''})

  await rm(file)
  expect(await ssh('--no-strict-host-key-checking')).toMatchObject({code: 0, stdout: 'host1\n'})
  expect(await readFile(file, 'utf8')).toBe(known)
})

// The environment names the cluster as the flag does, and the flag goes before it: fleet's TestFleetctlWithEnv, with the
// endpoints of etcd in place of those of its API.
test('the environment names the cluster as the flag does', async () => {
  const endpoints = bed.about.endpoints.join(',')
  const nowhere = 'http://127.0.0.1:1'
  const list = ['list-machines', '--full', '--no-legend']
  const byEnvironment = await bed.ctlWith({CTL_ENDPOINTS: endpoints}, ...list)
  expect(byEnvironment.code).toBe(0)
  expect(byEnvironment.stdout.trim().split('\n')).toHaveLength(2)
  expect(await bed.ctlWith({CTL_ENDPOINTS: nowhere}, '--endpoints', endpoints, ...list)).toEqual(byEnvironment)
  expect(await bed.ctlWith({CTL_ENDPOINTS: nowhere}, ...list)).toMatchObject({code: 5, stdout: ''})
})
