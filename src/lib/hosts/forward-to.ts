import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Duplex} from 'node:stream'
import type {Host} from './host.ts'
import {joinStreams} from './join-streams.ts'

/** What connections are passed on to, as seen from the host. */
export type ForwardTarget = {readonly socket: string} | {readonly host: string; readonly port: number}

export interface Forward {
  /** The unix socket here that leads there; only this user can open it. */
  readonly path: string
  /** Why the last connection could not be passed on, if so: the client has only seen an end. */
  readonly fault: () => unknown
  close(): Promise<void>
}

/**
 * Listens on a unix socket in a private directory and passes each connection on to something that the host can reach. A
 * connection that breaks, or that the host refuses, is closed and troubles nobody else.
 */
export async function forwardTo(host: Host, target: ForwardTarget): Promise<Forward> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-forward-'))
  const path = join(directory, 'socket')
  const clients = new Set<Duplex>()
  const closing = new AbortController()
  let fault: unknown
  const server = createServer({allowHalfOpen: true, noDelay: true}, client => {
    clients.add(client)
    client.once('close', () => clients.delete(client)).on('error', () => {})
    openTarget(host, target, closing.signal)
      .then(far => joinStreams(client, far))
      .catch(error => {
        fault = error
        client.destroy()
      })
  })
  try {
    await listen(server, path)
  } catch (error) {
    await rm(directory, {recursive: true, force: true})
    throw error
  }
  return {
    path,
    fault: () => fault,
    close: async () => {
      closing.abort(new Error('the forwarding has ended'))
      for (const client of clients) client.destroy()
      await new Promise(resolve => server.close(resolve))
      await rm(directory, {recursive: true, force: true})
    },
  }
}

function openTarget(host: Host, target: ForwardTarget, signal: AbortSignal): Promise<Duplex> {
  return 'socket' in target ? host.openSocket(target.socket, signal) : host.openTcp(target.host, target.port, signal)
}

/** mkdtemp makes the directory for its owner alone. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(path, () => {
      server.off('error', reject).on('error', () => {})
      resolve()
    })
  })
}
