import type {ServerResponse} from 'node:http'
import type {Answer} from '../http.ts'

/** Whether an answer goes on: it is sent piece by piece. */
export function isStream(answer: Answer): boolean {
  return answer.body !== undefined && !isWhole(answer.body)
}

export interface Sending {
  /** The answer is for HEAD. */
  readonly bodiless: boolean
  /** Milliseconds that a reader may take nothing of what is ready. */
  readonly stallTime: number
}

/**
 * Sends an answer, and resolves when all of it was handed over or the caller is gone. What is long goes piece by piece, and
 * the next one is asked for when the one before was taken; whoever takes nothing for too long is cut off. Throws what a
 * stream throws.
 */
export async function sendAnswer(response: ServerResponse, answer: Answer, {bodiless, stallTime}: Sending): Promise<void> {
  const {status, body} = answer
  const headers: Record<string, string | number> = {...answer.headers, 'x-content-type-options': 'nosniff'}
  const length = lengthOf(body)
  if (length !== undefined && status !== 204 && status !== 304) headers['content-length'] = length
  response.writeHead(status, headers)
  if (bodiless || body === undefined || (length !== undefined && length <= pieceBytes)) {
    response.end(bodiless || !isWhole(body) ? undefined : body)
    if (bodiless) await giveUp(body)
    return
  }
  if (length === undefined) response.flushHeaders()
  for await (const piece of isWhole(body) ? piecesOf(body) : body) {
    if (response.destroyed) return
    if (!response.write(piece)) await taken(response, stallTime)
    if (response.destroyed) return
  }
  response.end()
}

const pieceBytes = 64 * 1024

/** In bytes; undefined for a stream. */
function lengthOf(body: Answer['body']): number | undefined {
  if (body === undefined) return 0
  return isWhole(body) ? Buffer.byteLength(body) : undefined
}

function* piecesOf(body: string | Buffer): Generator<Buffer> {
  const bytes = Buffer.from(body)
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}

/** Ends a stream that nobody will read. */
export async function giveUp(body: Answer['body']): Promise<void> {
  if (body === undefined || isWhole(body)) return
  await body[Symbol.asyncIterator]().return?.()
}

/** An answer as it stands on the wire, for a connection whose request could not be read; the connection ends with it. */
export function rawAnswer({status, headers, body}: Answer, reason: string): string {
  const text = typeof body === 'string' ? body : ''
  const lines = Object.entries({...headers, 'content-length': Buffer.byteLength(text), connection: 'close'})
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`
}

function isWhole(body: Answer['body']): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body)
}

/** Resolves when the caller has taken what was written, or is gone. */
function taken(response: ServerResponse, stallTime: number): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      clearTimeout(late)
      response.off('drain', go).off('close', go)
      resolve()
    }
    const late = setTimeout(() => response.destroy(), stallTime)
    response.on('drain', go).on('close', go)
  })
}
