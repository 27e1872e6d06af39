import type {ChalkInstance} from 'chalk'
import type {GoalProgress} from '../../cluster/wait.ts'
import type {TextStream} from '../terminal.ts'

export interface ProgressStreams {
  /** Where results go, one line a unit. */
  readonly out: TextStream
  /** Where everything else goes; a terminal gets a picture that moves. */
  readonly err: TextStream
  readonly chalk: ChalkInstance
}

/**
 * Shows how far units have come. Results are printed once and stay; on a terminal what is still waited for stands below
 * and is redrawn in place, elsewhere it is said in one line from time to time.
 */
export class ProgressView {
  private readonly streams: ProgressStreams
  private readonly told = new Set<string>()
  private readonly waiting = new Map<string, string>()
  private saidAt = Date.now()
  private latest: GoalProgress = new Map()
  private drawn = 0
  private readonly timer: NodeJS.Timeout
  private readonly begun = Date.now()

  constructor(streams: ProgressStreams) {
    this.streams = streams
    this.timer = setInterval(() => this.tick(), streams.err.isTTY ? 100 : 500)
    this.timer.unref()
  }

  update(progress: GoalProgress): void {
    this.latest = progress
    const news: string[] = []
    for (const [name, each] of progress) {
      if (each.status === 'waiting') this.waiting.set(name, each.text)
      else if (!this.told.has(name)) {
        this.told.add(name)
        this.waiting.delete(name)
        if (each.status === 'done') news.push(`Unit ${name} ${each.text}\n`)
      }
    }
    if (news.length === 0) return
    this.erase()
    this.streams.out.write(news.join(''))
    this.draw()
  }

  /** Takes the moving part away; what was printed stays. */
  close(): void {
    clearInterval(this.timer)
    this.erase()
  }

  private tick(): void {
    if (this.streams.err.isTTY) {
      this.erase()
      this.draw()
    } else if (this.waiting.size > 0 && Date.now() - this.saidAt >= patience) {
      this.saidAt = Date.now()
      this.streams.err.write(`${describeWaiting(this.waiting, this.latest.size)}\n`)
    }
  }

  private draw(): void {
    const {err, chalk} = this.streams
    if (!err.isTTY || this.waiting.size === 0) return
    const room = Math.max(1, Math.min(10, (err.rows || 24) - 2))
    const width = Math.max(1, (err.columns || 80) - 1)
    const lines = [...this.waiting].slice(0, room).map(([name, text]) => ` ${name} ${text}`)
    const done = this.latest.size - this.waiting.size
    const seconds = Math.floor((Date.now() - this.begun) / 1000)
    lines.push(`${done} of ${this.latest.size} done, ${seconds}s (^C stops waiting, not the work)`)
    err.write(lines.map(line => `${chalk.dim(line.slice(0, width))}\n`).join(''))
    this.drawn = lines.length
  }

  private erase(): void {
    if (this.drawn === 0) return
    this.streams.err.write(`\u001b[${this.drawn}F\u001b[J`)
    this.drawn = 0
  }
}

/** Milliseconds between two words to a log. */
const patience = 5000

/** `waiting for 2 of 4: web@1.service getting image nginx:1.27; web@2.service waiting for a place`, the commonest first. */
export function describeWaiting(waiting: ReadonlyMap<string, string>, all: number): string {
  const byText = new Map<string, string[]>()
  for (const [name, text] of waiting) byText.set(text, [...(byText.get(text) ?? []), name])
  const groups = [...byText].sort(([, a], [, b]) => b.length - a.length)
  const parts = groups
    .slice(0, 3)
    .map(([text, names]) => `${names.length > 3 ? `${names.length} units` : names.join(' ')} ${text}`)
  return `waiting for ${waiting.size} of ${all}: ${parts.join('; ')}${groups.length > 3 ? '; …' : ''}`
}
