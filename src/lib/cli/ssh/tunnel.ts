import {messageOf, UnreachableError} from '../../base/errors.ts'
import {type Forward, forwardTo} from '../../hosts/forward-to.ts'
import type {Host} from '../../hosts/host.ts'
import {type Dial, parseEndpoints} from '../../store/etcd/options.ts'
import {type ConnectionFlags, etcdOptions} from '../connection.ts'
import type {SshFlags} from './flags.ts'
import {openTunnel, sshOptions} from './reach.ts'

/** What one does with a way through a tunnel; the signal aborts at ^C, and when the connection is lost. */
export type UseTunnel<T> = (dial: Dial, signal: AbortSignal) => Promise<T>

/**
 * Opens one ssh connection that leads to all endpoints, as seen from its host, calls `use` and closes it whatever happens.
 * Throws UnreachableError when the connection is lost meanwhile, or when nothing answers at its far end.
 */
export async function throughTunnel<T>(
  tunnel: string,
  flags: ConnectionFlags & SshFlags,
  use: UseTunnel<T>,
  signal: AbortSignal,
): Promise<T> {
  const endpoints = parseEndpoints(await etcdOptions(flags))
  const host = await openTunnel(tunnel, flags, sshOptions(flags, signal))
  const forwards = new Map<string, Forward>()
  try {
    for (const endpoint of endpoints) forwards.set(endpoint, await forwardTo(host, targetOf(endpoint)))
    const dial = {via: host.name, path: (endpoint: string) => forwards.get(endpoint)?.path ?? ''}
    const result = await use(dial, AbortSignal.any([signal, host.lost]))
    if (host.lost.aborted && !signal.aborted) throw host.lost.reason
    return result
  } catch (error) {
    throw signal.aborted ? error : explain(error, host, forwards)
  } finally {
    await Promise.all([...forwards.values()].map(forward => forward.close()))
    host.close()
  }
}

/** gRPC only sees that a socket ends; the tunnel knows why. */
function explain(error: unknown, host: Host, forwards: ReadonlyMap<string, Forward>): unknown {
  if (host.lost.aborted) {
    return new UnreachableError(messageOf(host.lost.reason), {
      hint: 'the cluster goes on with what it was asked for; `ctl list-units` shows how',
      cause: error,
    })
  }
  const faulty = [...forwards].find(([, forward]) => forward.fault() !== undefined)
  if (!(error instanceof UnreachableError) || faulty === undefined) return error
  const [endpoint, forward] = faulty
  return new UnreachableError(`no etcd at ${endpoint} through ${host.name}: ${messageOf(forward.fault())}`, {
    hint: '--endpoints says where etcd is, as seen from there',
    cause: error,
  })
}

function targetOf(endpoint: string): {readonly host: string; readonly port: number} {
  const {hostname, port, protocol} = new URL(endpoint)
  return {host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || (protocol === 'https:' ? 443 : 80)}
}
