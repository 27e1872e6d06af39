import {FrameSplitter} from './frames.ts'
import {LineSplitter} from './lines.ts'

/** A line of a container's output, with the time that Docker's log driver gave it. */
export interface TimedLine {
  /** Nanoseconds since the epoch. */
  readonly nanoseconds: bigint
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

export interface TimedLineReader {
  /** The lines that these bytes complete. */
  push(chunk: Uint8Array): readonly TimedLine[]
  /** What lacks its end when the output has ended. */
  rest(): readonly TimedLine[]
}

/** Reads what GET /containers/ID/logs?timestamps=1 answers: framed, or raw from a container with a terminal. */
export function timedLineReader(terminal: boolean): TimedLineReader {
  return terminal ? rawReader() : framedReader()
}

/** Docker cuts what is longer than 16 KiB into pieces, and puts the time before each. */
const pieceLength = 16 * 1024

/** A frame is a piece of a line, and has the line's end when it is the last one. */
function framedReader(): TimedLineReader {
  const frames = new FrameSplitter()
  const begun = new Map<TimedLine['stream'], Begun>()
  return {
    push: chunk =>
      frames.push(chunk).flatMap(({stream, payload}) => {
        if (stream === 'stdin') return []
        const piece = stamped(Buffer.from(payload).toString('latin1'))
        const line = begun.get(stream) ?? {nanoseconds: piece.nanoseconds, bytes: ''}
        begun.delete(stream)
        const bytes = line.bytes + piece.bytes
        if (bytes.endsWith('\n')) return [lineOf(stream, {nanoseconds: line.nanoseconds, bytes: bytes.slice(0, -1)})]
        begun.set(stream, {nanoseconds: line.nanoseconds, bytes})
        return []
      }),
    rest: () => [...begun].map(([stream, line]) => lineOf(stream, line)),
  }
}

function rawReader(): TimedLineReader {
  const splitter = new LineSplitter('latin1')
  const read = (text: string): TimedLine => {
    const line = stamped(text)
    return lineOf('stdout', {
      nanoseconds: line.nanoseconds,
      bytes: joined(line.bytes, text.slice(0, text.length - line.bytes.length)),
    })
  }
  return {
    push: chunk => splitter.push(chunk).map(read),
    rest: () => splitter.rest().map(read),
  }
}

/** Bytes as Latin-1, so that a character that is cut in two is none the worse. */
interface Begun {
  readonly nanoseconds: bigint
  readonly bytes: string
}

/** Takes the times out from between the pieces of a line: all pieces bear that of the first. */
function joined(bytes: string, stamp: string): string {
  if (bytes.length <= pieceLength || stamp === '') return bytes
  const rest = bytes.slice(pieceLength)
  return bytes.slice(0, pieceLength) + joined(rest.startsWith(stamp) ? rest.slice(stamp.length) : rest, stamp)
}

function lineOf(stream: TimedLine['stream'], {nanoseconds, bytes}: Begun): TimedLine {
  const text = Buffer.from(bytes, 'latin1').toString()
  return {nanoseconds, stream, text: text.endsWith('\r') ? text.slice(0, -1) : text}
}

/** `2026-11-21T06:00:00.123456789Z text` (RFC 3339). What has no time is of the year 1970, and whole. */
function stamped(text: string): Begun {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /.exec(text)
  if (match === null) return {nanoseconds: 0n, bytes: text}
  const [stamp, seconds = '', fraction = '', zone = ''] = match
  const milliseconds = Date.parse(seconds + zone)
  return {nanoseconds: BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')), bytes: text.slice(stamp.length)}
}
