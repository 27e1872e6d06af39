import type {ServerResponse} from 'node:http'
import type {Socket} from 'node:net'

/** Milliseconds after which a stream is written to: a reader that is gone is found out by the second write at the latest. */
const probes = [0, 1000]

/** An answer that is under way over a connection. */
export interface UnderWay {
  readonly response: ServerResponse
  /** Of a stream; empty for one that has none, and can only be ended. */
  readonly heartbeat: string | undefined
}

/**
 * Looks after a connection whose sender says no more, as `printf … | nc` does, and as one does who is gone: the two cannot be
 * told apart. An answer that has not begun may take `milliseconds` more; whoever a stream goes to is
 * sent its heartbeat.
 */
export function tendHalfOpen(socket: Socket, underWay: () => Iterable<UnderWay>, milliseconds: number): void {
  const timers = [
    ...probes.map(after => setTimeout(() => probe(underWay()), after)),
    setTimeout(() => {
      for (const {response} of underWay()) if (!response.headersSent) socket.destroy()
    }, milliseconds),
  ]
  for (const timer of timers) timer.unref()
  socket.once('close', () => {
    for (const timer of timers) clearTimeout(timer)
  })
}

function probe(underWay: Iterable<UnderWay>): void {
  for (const {response, heartbeat} of underWay) {
    if (heartbeat === undefined || !response.headersSent || response.writableEnded) continue
    if (heartbeat === '') response.destroy()
    else response.write(heartbeat)
  }
}
