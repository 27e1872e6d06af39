import {Duplex} from 'node:stream'
import {castGrpcError, type IDuplexStream} from 'etcd3'

/** Messages read ahead of the consumer before etcd is asked to wait. */
const readAhead = 64

/**
 * The messages of a stream, in order, until it ends; throws what it failed with. Listens from the call on, so that an early
 * failure is neither lost nor unhandled. Leaving the loop cancels the stream. `stop` cancels it as well and ends the loop.
 */
export function readStream<Request, Response>(
  stream: IDuplexStream<Request, Response>,
  stop: AbortSignal,
): AsyncGenerator<Response, void> {
  const mailbox: {items: Response[]; outcome: {error?: Error} | undefined; wake: () => void} = {
    items: [],
    outcome: undefined,
    wake: () => {},
  }
  const finish = (outcome: {error?: Error}): void => {
    mailbox.outcome ??= outcome
    mailbox.wake()
  }
  stream.on('data', item => {
    mailbox.items.push(item)
    if (mailbox.items.length >= readAhead && stream instanceof Duplex) stream.pause()
    mailbox.wake()
  })
  stream.on('end', () => finish({}))
  stream.on('error', error => finish({error: castGrpcError(error)}))
  const cancel = (): void => {
    finish({})
    stream.cancel()
  }
  stop.addEventListener('abort', cancel)
  if (stop.aborted) cancel()
  return (async function* () {
    try {
      for (;;) {
        const items = mailbox.items
        mailbox.items = []
        if (stream instanceof Duplex) stream.resume()
        for (const item of items) {
          if (stop.aborted) return
          yield item
        }
        if (mailbox.items.length > 0) continue
        if (mailbox.outcome?.error !== undefined) throw mailbox.outcome.error
        if (mailbox.outcome !== undefined) return
        await new Promise<void>(resolve => {
          mailbox.wake = resolve
        })
      }
    } finally {
      stop.removeEventListener('abort', cancel)
      stream.cancel()
    }
  })()
}
