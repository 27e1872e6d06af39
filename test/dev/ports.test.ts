import {createServer} from 'node:net'
import {expect, test} from 'vitest'
import {freePorts} from '../../src/lib/dev/ports.ts'

test.each([0, 1, 20])('%i free ports differ, and can be listened on', async count => {
  const ports = await freePorts(count)
  expect(new Set(ports).size).toBe(count)
  for (const port of ports) expect(port).toBeGreaterThan(0)
  const servers = await Promise.all(ports.map(listenOn))
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
})

function listenOn(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
