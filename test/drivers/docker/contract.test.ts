import {afterAll, beforeAll} from 'vitest'
import {driverContract} from '../../contracts/driver.ts'
import {containerUnit, waitingCommand} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'

let room: DockerRoom

beforeAll(async () => {
  room = await openDockerRoom()
})
afterAll(() => room?.close())

driverContract('Docker', async () => ({
  open: machine => room.driver(machine),
  unit: (name, onTerm) => containerUnit(name, {command: waitingCommand(onTerm)}),
  // A registry that nobody runs: Docker names it in its refusal.
  unitOfUnknownImage: name => containerUnit(name, {image: '127.0.0.1:1/nobody/has-this:1'}),
  fail: async run => {
    await room.client.json('POST', `/containers/${run.id}/kill`, {query: {signal: 'SIGUSR1'}})
  },
  close: () => room.clear(),
}))
