/** A piece of a container's output as Docker frames it when the container has no terminal. */
export interface Frame {
  readonly stream: 'stdin' | 'stdout' | 'stderr'
  readonly payload: Uint8Array
}

/**
 * Takes Docker's output stream apart, whatever the chunks it comes in: each frame is one byte for the stream, three
 * of zero, the payload's length in four bytes big-endian, and the payload (Docker Engine API, ContainerAttach).
 */
export class FrameSplitter {
  #kept: Buffer = Buffer.alloc(0)

  /** The frames that this chunk completes. Throws RangeError for a stream that does not exist. */
  push(chunk: Uint8Array): readonly Frame[] {
    let rest = Buffer.concat([this.#kept, chunk])
    const complete: Frame[] = []
    while (rest.length >= headerLength) {
      const end = headerLength + rest.readUInt32BE(4)
      if (rest.length < end) break
      complete.push({stream: streamNumbered(rest.readUInt8(0)), payload: rest.subarray(headerLength, end)})
      rest = rest.subarray(end)
    }
    this.#kept = rest
    return complete
  }
}

const headerLength = 8
const streams = ['stdin', 'stdout', 'stderr'] as const

function streamNumbered(number: number): Frame['stream'] {
  const stream = streams[number]
  if (stream === undefined) throw new RangeError(`Docker's output has no stream ${number}`)
  return stream
}
