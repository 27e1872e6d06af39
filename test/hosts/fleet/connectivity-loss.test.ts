import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * A machine that cannot reach etcd, for longer than its TTL.
 */

const bed = fleetBed({count: 1, agentEnvironment: {CTL_TTL: '3s'}})

const etcd = '--protocol tcp --dport 2379 --jump REJECT --reject-with tcp-reset'
const wishes = ['submit', 'load', 'start'] as const
const kinds = [
  {kind: 'single', placement: []},
  {kind: 'global', placement: ['Global=true']},
] as const

// Submitted, loaded and started units, of one place and global, are after the loss of etcd what they were before, and nothing
// was stopped in between: fleet's TestSingleNodeConnectivityLoss.
test('units are what they were through the loss of etcd and after', async () => {
  const host = bed.host(1)
  for (const wish of wishes) {
    const files = kinds.map(({kind, placement}) => bed.service(`${wish}-${kind}.service`, ...placement))
    await bed.told(wish, ...(await Promise.all(files)))
  }
  const names = wishes.flatMap(wish => kinds.map(({kind}) => `${wish}-${kind}.service`))
  const onHost = () =>
    Promise.all(names.map(async unit => [unit, await bed.systemd(host, unit), await bed.invocation(host, unit)]))
  const inCluster = async () => [await bed.unitFiles(), await bed.units()]
  const [before, known] = [await onHost(), await inCluster()]
  expect(before.map(([unit, words]) => `${unit} ${words}`)).toEqual([
    ...['submit-single.service', 'submit-global.service'].map(unit => `${unit} not-found/inactive/dead`),
    ...['load-single.service', 'load-global.service'].map(unit => `${unit} loaded/inactive/dead`),
    ...['start-single.service', 'start-global.service'].map(unit => `${unit} loaded/active/running`),
  ])

  bed.afterwards(() => bed.said(host, 'iptables --flush OUTPUT'))
  await bed.said(host, `iptables --append OUTPUT ${etcd}`)
  await until('the lease of the machine is out', async () => (await bed.machines()).length === 0)
  expect(await onHost()).toEqual(before)
  expect(await bed.said(host, 'systemctl is-active meissa-agent')).toBe('active')

  await bed.said(host, 'iptables --flush OUTPUT')
  await bed.untilRegistered()
  await until('the cluster says what it said', async () => JSON.stringify(await inCluster()) === JSON.stringify(known)).catch(
    async () => expect(await inCluster()).toEqual(known),
  )
  expect(await onHost()).toEqual(before)
  const stopping = 'journalctl --boot --output cat --grep "^(Stopping|Stopped) Runs as" --quiet || true'
  expect(await bed.said(host, stopping)).toBe('')
})
