import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {request} from 'node:http'
import {Duplex} from 'node:stream'
import {text} from 'node:stream/consumers'
import type {Host} from '../open-hosts.ts'
import type {FleetBed} from './fleet-bed.ts'

export interface ApiAnswer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/**
 * Asks the API of a machine's agent over its unix socket, joined by ssh and `ctl fd-forward` as fleetctl does it. A body is sent
 * as JSON. Throws when there is no answer within 20 s.
 */
export async function askApi(bed: FleetBed, host: Host, method: string, path: string, body?: unknown): Promise<ApiAnswer> {
  const words = ['-F', bed.about.sshConfig, host.name, '--', 'ctl fd-forward /run/meissa/api.sock']
  const child = spawn('ssh', words, {stdio: ['pipe', 'pipe', 'inherit']})
  const gone = once(child, 'close')
  try {
    const asking = request({
      ...{method, path, host: 'localhost', signal: AbortSignal.timeout(20_000)},
      headers: body === undefined ? {} : {'content-type': 'application/json'},
      createConnection: () => Duplex.from({readable: child.stdout, writable: child.stdin}),
    })
    asking.end(body === undefined ? undefined : JSON.stringify(body))
    const [answer] = await once(asking, 'response')
    return {status: answer.statusCode, contentType: answer.headers['content-type'], body: await text(answer)}
  } finally {
    child.kill()
    await gone
  }
}
