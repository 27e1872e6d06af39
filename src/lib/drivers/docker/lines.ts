/** The lines of UTF-8 bytes that come in chunks, without their ends; the last one also when it has no end. */
export async function* lines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const splitter = new LineSplitter()
  for await (const chunk of chunks) yield* splitter.push(chunk)
  yield* splitter.rest()
}

/** Cuts bytes into lines at `\n`, whatever the chunks they come in; a `\r` before the end goes with it. */
export class LineSplitter {
  readonly #encoding: BufferEncoding
  #kept: Uint8Array[] = []

  constructor(encoding: BufferEncoding = 'utf8') {
    this.#encoding = encoding
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): readonly string[] {
    const complete: string[] = []
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      complete.push(this.#take(chunk.subarray(from, end)))
      from = end + 1
    }
    // Copied: the sender may use the chunk's memory again.
    if (from < chunk.length) this.#kept.push(chunk.slice(from))
    return complete
  }

  /** The last line, if it lacks its end. */
  rest(): readonly string[] {
    return this.#kept.length === 0 ? [] : [this.#take(new Uint8Array())]
  }

  #take(last: Uint8Array): string {
    const text = Buffer.concat([...this.#kept, last]).toString(this.#encoding)
    this.#kept = []
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }
}

const newline = 0x0a
