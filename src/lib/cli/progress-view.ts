import type {ChalkInstance} from 'chalk'
import type {Progress} from '../cluster/progress.ts'
import type {GoalProgress} from '../cluster/wait.ts'

export interface ProgressStreams {
  /** Where results go, one line a unit. */
  readonly out: NodeJS.WriteStream
  /** Where everything else goes; a terminal gets a picture that moves. */
  readonly err: NodeJS.WriteStream
  readonly chalk: ChalkInstance
}

/**
 * Shows how far units have come. Results are printed once and stay; on a terminal what is still waited for stands below
 * and is redrawn in place, elsewhere it is said once it has lasted a while.
 */
export class ProgressView {
  private readonly streams: ProgressStreams
  private readonly told = new Set<string>()
  private readonly waitingSince = new Map<string, {readonly text: string; readonly at: number; said: boolean}>()
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
      if (each.status === 'waiting') this.note(name, each)
      else if (!this.told.has(name)) {
        this.told.add(name)
        this.waitingSince.delete(name)
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

  private note(name: string, {text}: Progress): void {
    if (this.waitingSince.get(name)?.text !== text) this.waitingSince.set(name, {text, at: Date.now(), said: false})
  }

  private tick(): void {
    if (this.streams.err.isTTY) {
      this.erase()
      this.draw()
      return
    }
    for (const [name, waiting] of this.waitingSince) {
      if (waiting.said || Date.now() - waiting.at < patience) continue
      waiting.said = true
      this.streams.err.write(`Unit ${name}: ${waiting.text}\n`)
    }
  }

  private draw(): void {
    const {err, chalk} = this.streams
    if (!err.isTTY || this.waitingSince.size === 0) return
    const room = Math.max(1, Math.min(10, (err.rows ?? 24) - 2))
    const width = Math.max(20, (err.columns ?? 80) - 1)
    const lines = [...this.waitingSince].slice(0, room).map(([name, {text}]) => ` ${name} ${text}`)
    const done = this.latest.size - this.waitingSince.size
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

/** Milliseconds after which a log is told what a unit waits for. */
const patience = 2000
