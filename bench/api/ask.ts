import {Agent, request} from 'node:http'

/** Asks at a unix socket over connections that stay. */
export interface Asker {
  /** The body of an answer. Throws for a status that is none of 2xx. */
  ask(path: string, method?: string): Promise<string>
  close(): void
}

export function openAsker(socketPath: string, connections = 1): Asker {
  const agent = new Agent({keepAlive: true, maxSockets: connections})
  const ask = (path: string, method = 'GET') =>
    new Promise<string>((resolve, reject) => {
      const asked = request({socketPath, path, method, agent}, answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (Math.floor((answer.statusCode ?? 0) / 100) === 2) resolve(text)
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`))
        })
      })
      asked.on('error', reject).end()
    })
  return {ask, close: () => agent.destroy()}
}
