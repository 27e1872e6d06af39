import {beforeEach} from 'vitest'
import {supervisingDriverContract} from '../../../contracts/supervising-driver.ts'
import {unitOf} from '../../../fakes/situation.ts'
import {SystemdRoom, whyNoSystemd} from '../../../fakes/systemd-room.ts'

const lack = await whyNoSystemd()

beforeEach(context => context.skip(lack !== undefined, lack))

/** Says `up` and waits: USR1 ends it with 7, USR2 and TERM with 0. */
const text = `[Service]
ExecStart=/bin/sh -c 'trap "exit 7" USR1; trap "exit 0" USR2 TERM; echo up; while :; do sleep 1000 & wait; done'
`

supervisingDriverContract('systemd', async () => {
  const room = new SystemdRoom()
  return {
    open: machine => room.open(machine),
    unit: name => unitOf(name, text),
    end: async (run, code) =>
      void (await room.systemctl('kill', '--kill-who=main', '-s', code === 0 ? 'USR2' : 'USR1', run.unit)),
    close: () => room.close(),
  }
})
