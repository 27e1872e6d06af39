import type {EventFilter} from './filter.ts'
import {type EndReason, type Format, type WrittenChange, writeEnd} from './written.ts'

export interface StreamOptions {
  readonly format: Format
  readonly filter: EventFilter
  /** Called once, when nothing is to be sent any more. */
  readonly closed: () => void
}

/** Characters that wait for a reader at most: one that is further behind is left behind. */
const mostWaiting = 1024 * 1024

/** What one reader is still to be sent. */
export class EventStream implements AsyncIterable<string>, AsyncIterator<string> {
  readonly format: Format
  readonly filter: EventFilter
  /** Whether changes come as they happen; before, the reader is still being told what was. */
  live = false
  /** The revision of the last change that was told: none is told twice. */
  seen = 0
  private readonly options: StreamOptions
  private pieces: string[] = []
  private waiting = 0
  private over = false
  private reader: ((result: IteratorResult<string>) => void) | undefined
  private roomFor: (() => void) | undefined
  private readonly afterwards: (() => void)[] = []

  constructor(options: StreamOptions) {
    this.options = options
    this.format = options.format
    this.filter = options.filter
  }

  get ended(): boolean {
    return this.over
  }

  /** Whether as much is waiting as should: the past is told no further until some of it is read. */
  get full(): boolean {
    return this.waiting > mostWaiting / 4
  }

  /** Tells of changes in one piece; those that were told already are left out. */
  tell(...changes: readonly WrittenChange[]): void {
    let text = ''
    for (const change of changes) {
      if (change.revision <= this.seen) continue
      this.seen = change.revision
      text += change.text(this.format, this.filter)
    }
    this.push(text)
  }

  push(text: string): void {
    if (this.over || text === '') return
    if (this.waiting + text.length > mostWaiting && this.live) {
      this.end('too-slow')
      return
    }
    if (this.reader !== undefined) {
      this.answer(text)
      return
    }
    this.pieces.push(text)
    this.waiting += text.length
  }

  /** Says why, after what is waiting, and ends; one who is too slow is not sent what waits. */
  end(reason: EndReason): void {
    if (this.over) return
    if (reason === 'too-slow') this.pieces = []
    this.pieces.push(writeEnd(reason, this.format))
    this.close()
  }

  /** Calls this too when nothing is to be sent any more. */
  onClose(afterwards: () => void): void {
    if (this.over) afterwards()
    else this.afterwards.push(afterwards)
  }

  /** Resolves when there is room, or the stream is over. */
  async room(): Promise<void> {
    if (this.over || !this.full) return
    await new Promise<void>(resolve => {
      this.roomFor = resolve
    })
  }

  next(): Promise<IteratorResult<string>> {
    if (this.pieces.length > 0) {
      const text = this.take()
      return Promise.resolve({done: false, value: text})
    }
    if (this.over) return Promise.resolve({done: true, value: undefined})
    return new Promise(resolve => {
      this.reader = resolve
    })
  }

  return(): Promise<IteratorResult<string>> {
    this.pieces = []
    this.close()
    return Promise.resolve({done: true, value: undefined})
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this
  }

  private close(): void {
    if (this.over) return
    this.over = true
    this.roomFor?.()
    if (this.reader !== undefined) {
      if (this.pieces.length > 0) this.answer(this.take())
      else {
        this.reader({done: true, value: undefined})
        this.reader = undefined
      }
    }
    this.options.closed()
    for (const each of this.afterwards) each()
  }

  private answer(text: string): void {
    const {reader} = this
    this.reader = undefined
    reader?.({done: false, value: text})
  }

  private take(): string {
    const text = this.pieces.length === 1 ? (this.pieces[0] ?? '') : this.pieces.join('')
    this.pieces = []
    this.waiting = 0
    this.roomFor?.()
    this.roomFor = undefined
    return text
  }
}
