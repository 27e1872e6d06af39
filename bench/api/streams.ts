import {type ClientRequest, request} from 'node:http'

/** Streams of server-sent events that are open at once. */
export interface Streams {
  /** Events that have come in, over all of them. */
  readonly events: number
  /** Streams that have ended by themselves. */
  readonly ended: number
  close(): void
}

/** Opens so many streams of `/v1/events` at a unix socket, and resolves when each has begun. */
export async function openStreams(socketPath: string, count: number): Promise<Streams> {
  const streams = {events: 0, ended: 0}
  const requests: ClientRequest[] = []
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request({socketPath, path: '/v1/events', headers: {accept: 'text/event-stream'}, agent: false}, answer => {
        if (answer.statusCode !== 200) reject(new Error(`/v1/events: ${answer.statusCode}`))
        answer.on('data', (chunk: Buffer) => {
          resolve()
          for (let at = chunk.indexOf('\ndata: '); at >= 0; at = chunk.indexOf('\ndata: ', at + 1)) streams.events++
        })
        answer.on('close', () => streams.ended++).on('error', () => {})
      })
      asked.on('error', reject).end()
      requests.push(asked)
    })
  await Promise.all(Array.from({length: count}, open))
  return {
    get events() {
      return streams.events
    },
    get ended() {
      return streams.ended
    },
    close: () => {
      for (const each of requests) each.destroy()
    },
  }
}
