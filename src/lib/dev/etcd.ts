import {accessSync, constants} from 'node:fs'
import {delimiter, join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {UnreachableError} from '../base/errors.ts'
import {type Child, startChild} from './child.ts'
import {freePorts} from './ports.ts'

export interface DevEtcd {
  readonly child: Child
  readonly endpoint: string
}

/**
 * Starts an etcd of one member on free loopback ports with its data under `directory`, and waits until it answers.
 * Throws UnreachableError when there is no etcd on this host, or it does not start within 20 s.
 */
export async function startEtcd(directory: string, signal: AbortSignal): Promise<DevEtcd> {
  const program = findProgram('etcd')
  if (program === undefined) {
    throw new UnreachableError('there is no etcd on this host', {
      hint: 'install it (Debian: apt-get install etcd-server), or use the one of a cluster with --endpoints',
    })
  }
  const [clientPort = 0, peerPort = 0] = await freePorts(2)
  const endpoint = `http://127.0.0.1:${clientPort}`
  const peer = `http://127.0.0.1:${peerPort}`
  const child = await startChild(
    'etcd',
    [
      program,
      ...['--name', 'dev', '--data-dir', join(directory, 'etcd'), '--logger', 'zap', '--log-level', 'warn'],
      ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `dev=${peer}`],
    ],
    join(directory, 'etcd.log'),
  )
  for (
    const until = performance.now() + 20_000;
    performance.now() < until && child.alive();
    await delay(25, undefined, {signal})
  ) {
    if (await isHealthy(endpoint)) return {child, endpoint}
  }
  child.kill('SIGKILL')
  throw new UnreachableError(`etcd did not start; its last words:\n${await child.lastLines(10)}`)
}

/** Where a program of that name stands on the PATH, or where Debian puts daemons. */
function findProgram(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/usr/bin']
  return places
    .map(place => join(place, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(`${endpoint}/health`, {signal: AbortSignal.timeout(1000)})
    return answer.ok && (await answer.text()).includes('"true"')
  } catch {
    return false
  }
}
