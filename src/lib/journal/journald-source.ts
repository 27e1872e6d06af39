import {CtlError, exitCodes, UnreachableError} from '../base/errors.ts'
import {lines} from '../drivers/docker/lines.ts'
import type {Host, HostProcess} from '../hosts/host.ts'
import {linesOfEntry, readFields} from './journald-entries.ts'
import type {JournalLine} from './line.ts'
import type {LineSource, Span} from './source.ts'

export interface JournaldOptions {
  readonly host: Host
  readonly unit: string
  /** The machine's id. */
  readonly machine: string
  /** Whether journalctl is run by sudo. */
  readonly sudo: boolean
  /** Is told what journalctl has to say beside. */
  readonly warn: (text: string) => void
}

/** What the journal of a machine has of a unit, what systemd says of it included. Reads it by journalctl(1). */
export class JournaldSource implements LineSource {
  readonly #options: JournaldOptions

  constructor(options: JournaldOptions) {
    this.#options = options
  }

  async past({lines: count, since, until}: Span, signal: AbortSignal): Promise<readonly JournalLine[]> {
    const words = ['--lines', count === Number.POSITIVE_INFINITY ? 'all' : String(count), ...bounds({since, until})]
    const found: JournalLine[] = []
    for await (const batch of this.#read(words, signal)) found.push(...batch)
    return count === Number.POSITIVE_INFINITY ? found : found.slice(-count)
  }

  async *follow(since: number | undefined, signal: AbortSignal): AsyncGenerator<readonly JournalLine[]> {
    const {host} = this.#options
    yield* this.#read(['--follow', '--no-tail', ...bounds({since})], signal)
    throw new UnreachableError(`${host.name}: journalctl has ended`)
  }

  async *#read(words: readonly string[], signal: AbortSignal): AsyncGenerator<readonly JournalLine[]> {
    const {host, unit, machine, sudo, warn} = this.#options
    const own = ['journalctl', '--no-pager', '--output', 'json', '--output-fields', readFields.join(','), '--unit', unit]
    const running = await host.run([...(sudo ? ['sudo'] : []), ...own, ...words], {signal})
    running.stdin.on('error', () => {})
    running.stdin.end()
    const complaint = complaintOf(running, text => warn(`${host.name}: ${text}`))
    try {
      for await (const line of lines(running.stdout)) yield linesOfEntry(line, unit, machine)
      const {code} = await running.ended
      signal.throwIfAborted()
      host.lost.throwIfAborted()
      if (code !== 0) throw refusal(host, code, await complaint)
    } finally {
      running.kill('TERM')
    }
  }
}

function bounds({since, until}: Pick<Span, 'since' | 'until'> | {since: number | undefined; until?: number | undefined}) {
  return [
    ...(since === undefined ? [] : ['--since', `@${(since / 1000).toFixed(3)}`]),
    ...(until === undefined ? [] : ['--until', `@${(until / 1000).toFixed(3)}`]),
  ]
}

/** All that journalctl says on stderr; that some of the journal is hidden from this user is told at once. */
async function complaintOf({stderr}: HostProcess, warn: (text: string) => void): Promise<string> {
  const said: string[] = []
  try {
    for await (const line of lines(stderr)) {
      said.push(line)
      if (/^Hint: .*not seeing/.test(line)) warn('this user sees only a part of the journal; --sudo shows all of it')
    }
  } catch {
    // What it said until then is what there is.
  }
  return said.join('; ')
}

function refusal({name}: Host, code: number, said: string): CtlError {
  const denied = /permission|password|sudo/i.test(said)
  return new CtlError(exitCodes.unreachable, `${name}: the journal cannot be read: ${said || `journalctl ended with ${code}`}`, {
    hint: denied
      ? 'log in as root or as a member of the group systemd-journal, or add --sudo'
      : `does \`ctl ssh ${name} -- journalctl\` work?`,
  })
}
