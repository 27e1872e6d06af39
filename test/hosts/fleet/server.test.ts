import {expect, test} from 'vitest'
import {until} from '../../fakes/until.ts'
import {askApi} from './ask-api.ts'
import {fleetBed} from './fleet-bed.ts'

/*
 * New settings for an agent that runs.
 */

const bed = fleetBed({count: 1})

const settings = '/etc/meissa/agent.env'

// SIGHUP ends the agent in order, systemd starts it again, and it has its new settings; units run on through it, the API
// answers again, and nothing has failed: fleet's TestReconfigureServer, whose fleetd reads its settings anew in the same process.
test('SIGHUP has new settings hold, and units run on', async () => {
  const host = bed.host(1)
  await bed.start(await bed.service('hello.service'))
  const invocation = await bed.invocation(host, 'hello.service')
  const pid = () => bed.said(host, 'systemctl show --property MainPID --value meissa-agent')
  const before = await pid()
  bed.afterwards(() => bed.said(host, `cp ${settings}.before ${settings}; systemctl restart meissa-agent`))
  await bed.said(host, `cp ${settings} ${settings}.before; sed -i s/^CTL_METADATA=.*/CTL_METADATA=role=new/ ${settings}`)
  await bed.said(host, 'systemctl kill --kill-whom main --signal HUP meissa-agent')
  await until('the machine has its new metadata', async () => (await bed.told('list-machines')).includes('role=new'))
  expect(await pid()).not.toBe(before)
  expect(await bed.said(host, 'systemctl show --property Result,NRestarts meissa-agent')).toBe('Result=success\nNRestarts=1')
  expect(await bed.invocation(host, 'hello.service')).toBe(invocation)
  await bed.untilUnits('the cluster says so', rows => rows[0]?.active === 'active')
  expect(await askApi(bed, host, 'GET', '/fleet/v1/machines')).toMatchObject({status: 200})
  expect(await bed.said(host, 'journalctl --boot --unit meissa-agent --output cat --grep " error " --quiet || true')).toBe('')
})
