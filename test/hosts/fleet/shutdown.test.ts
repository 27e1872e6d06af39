import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * The end of the agent itself.
 */

const bed = fleetBed({count: 1})

/** Stops the agent's service and answers how it ended, and how long that took by the machine's clock, in whole seconds. */
async function stopAgent(): Promise<{readonly how: string; readonly seconds: number}> {
  const said = await bed.said(
    bed.host(1),
    'from=$(date +%s); systemctl stop meissa-agent; echo $(($(date +%s) - from)); systemctl show --property Result,ExecMainStatus meissa-agent',
  )
  const [seconds = '', ...how] = said.split('\n')
  return {how: how.join(' '), seconds: Number(seconds)}
}

const begin = async () => {
  await bed.said(bed.host(1), 'systemctl start meissa-agent')
  await until('the agent runs', async () =>
    (await bed.said(bed.host(1), 'journalctl --unit meissa-agent --output cat --lines 5')).includes('agent runs'),
  )
}

// SIGTERM ends the agent in order: fleet's TestShutdown.
test('the agent ends with 0', async () => {
  bed.afterwards(begin)
  const {how, seconds} = await stopAgent()
  expect(how).toBe('Result=success ExecMainStatus=0')
  expect(seconds).toBeLessThan(10)
})

// It does so, too, while it tries to reach etcd again: fleet's TestShutdownVsMonitor.
test('the agent ends with 0 while etcd is out of reach', async () => {
  const host = bed.host(1)
  bed.afterwards(begin)
  bed.afterwards(() => bed.said(host, 'iptables --flush OUTPUT'))
  await bed.said(host, 'iptables --append OUTPUT --protocol tcp --dport 2379 --jump DROP')
  await until('its lease is out', async () => (await bed.machines()).length === 0)
  const {how, seconds} = await stopAgent()
  expect(how).toBe('Result=success ExecMainStatus=0')
  expect(seconds).toBeLessThan(20)
})
