/** What a renderer asks of the stream it prints for: whether a person looks at it, and how much fits there. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** A stream that takes text, and may be a terminal. */
export interface TextStream extends Terminal {
  write(text: string): unknown
}
