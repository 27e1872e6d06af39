import {mkdtemp, rm} from 'node:fs/promises'
import {createConnection, createServer, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A unix socket that leads to a port of 127.0.0.1, as an ssh forward does. */
export interface UnixForwarder {
  readonly path: string
  /** Connections that were made so far. */
  readonly count: () => number
  close(): Promise<void>
}

export async function openUnixForwarder(port: number): Promise<UnixForwarder> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-forward-'))
  const path = join(directory, 'socket')
  const open = new Set<Socket>()
  let count = 0
  const server = createServer(client => {
    count += 1
    const target = createConnection(port, '127.0.0.1')
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(socket)
      socket.pipe(other)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
  return {
    path,
    count: () => count,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
      await rm(directory, {recursive: true, force: true})
    },
  }
}
