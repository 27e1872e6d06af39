import {appendFile, mkdir, rename, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {describeStep, type Step, unitOf} from './step.ts'

/**
 * The record of everything the agent decided, in `<state-dir>/decisions.ndjson`, one line a step with its reason, written
 * before the step is carried out. At 10 MB it begins anew and the one before is kept as `.1`.
 */
export class DecisionLog {
  private readonly path: string
  private readonly log: Log
  private readonly now: () => number
  private lines: string[] = []
  private tail: Promise<void> = Promise.resolve()

  constructor(directory: string, log: Log, now: () => number) {
    this.path = join(directory, 'decisions.ndjson')
    this.log = log
    this.now = now
  }

  /** Resolves when the step is on disk. */
  record(step: Step): Promise<void> {
    return this.append({
      time: new Date(this.now()).toISOString(),
      unit: unitOf(step),
      step: step.kind,
      reason: step.reason,
      text: describeStep(step),
    })
  }

  recordFailure(step: Step, error: unknown): void {
    void this.append({
      time: new Date(this.now()).toISOString(),
      unit: unitOf(step),
      step: step.kind,
      reason: step.reason,
      failed: messageOf(error),
    })
  }

  /** Resolves when everything is on disk. */
  async settled(): Promise<void> {
    await this.tail
  }

  /** What comes while the disk is written to goes together in the next write. */
  private append(entry: Readonly<Record<string, string>>): Promise<void> {
    this.lines.push(`${JSON.stringify(entry)}\n`)
    if (this.lines.length === 1) this.tail = this.tail.then(() => this.write())
    return this.tail
  }

  private async write(): Promise<void> {
    const lines = this.lines.splice(0).join('')
    try {
      await appendFile(this.path, lines)
      if ((await stat(this.path)).size > sizeLimit) await rename(this.path, `${this.path}.1`)
    } catch (error) {
      this.log.error(`cannot write ${this.path}: ${messageOf(error)}`)
    }
  }
}

const sizeLimit = 10 * 1024 * 1024

/** Makes the agent's directory; throws what the file system says. */
export async function makeStateDirectory(directory: string): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o700})
}
