import type {Interfaces} from '@oclif/core'
import type {Store} from '../../store/store.ts'
import {lookUp} from './look-up.ts'
import {type Candidate, wantedAfter} from './wanted.ts'
import {type TypedWords, wordsOfLine} from './words.ts'

/** What a shell asks. */
export interface Question extends TypedWords {
  /** The shell shows beside a candidate what it is. */
  readonly described: boolean
}

/** What `ctl complete` was asked: by bash with a whole line, by others with words. */
export function questionOf(argv: readonly string[]): Question {
  const [shell, second = '', third = ''] = argv
  if (shell === 'bash') {
    const {before, ...typed} = wordsOfLine(third, second)
    return {before: before.slice(1), ...typed, described: false}
  }
  const words = argv.slice(second === '--' ? 2 : 1)
  return {before: words.slice(0, -1), word: words.at(-1) ?? '', kept: '', described: true}
}

type WithStore = <T>(use: (store: Store, signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * The candidates for a word that is being typed, each line ended, as the scripts of the shells read them. What cannot be looked
 * up within a second is silently left out.
 */
export async function completionOf(typed: Question, config: Interfaces.Config, withStore: WithStore): Promise<string> {
  const wanted = wantedAfter(typed.before, typed.word, config.commands)
  const word = typed.word.slice(wanted.lead.length)
  const limit = AbortSignal.timeout(limitMs)
  const within: WithStore = use =>
    orAborted(
      withStore((store, signal) => use(store, AbortSignal.any([signal, limit]))),
      limit,
    )
  const found = wanted.kinds.map(kind => lookUp(kind, {command: wanted.command, word, withStore: within}).catch(() => []))
  const candidates = [...wanted.candidates, ...(await Promise.all(found)).flat()]
  return renderCandidates(candidates, {...typed, lead: wanted.lead})
}

const limitMs = 1000

/** The candidates that begin like the word, each once, without what the shell has taken already. */
export function renderCandidates(
  candidates: readonly Candidate[],
  {word, kept, lead, described}: Omit<Question, 'before'> & {readonly lead: string},
): string {
  const given = new Set(lead.split(','))
  const lines = new Map<string, string>()
  for (const candidate of candidates) {
    const whole = lead + candidate.word
    if (!whole.startsWith(word) || lines.has(whole) || (lead !== '' && given.has(candidate.word))) continue
    const about = described && candidate.about !== undefined ? `\t${candidate.about}` : ''
    lines.set(whole, `${whole.slice(kept.length)}${about}\n`)
  }
  return [...lines.values()].join('')
}

/** The promise, or a rejection as soon as the signal aborts. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {once: true})
    promise.then(resolve, reject)
  })
}
