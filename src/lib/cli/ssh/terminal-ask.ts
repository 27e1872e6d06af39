import {createInterface} from 'node:readline/promises'
import {Limiter} from '../../base/limiter.ts'
import type {Ask} from '../../hosts/ssh/ask.ts'

/** Asks whoever sits at the terminal, on stderr, one question after the other; undefined when nobody does. */
export function terminalAsk(): Ask | undefined {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
  return (question, {secret, signal}) =>
    terminal.run(() => (secret ? askSecret(question, signal) : askOpenly(question, signal)), signal)
}

/** Many machines may be reached at once, and there is one who answers. */
const terminal = new Limiter(1)

async function askOpenly(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({input: process.stdin, output: process.stderr})
  lines.once('SIGINT', interrupt)
  try {
    return await lines.question(question, {signal})
  } finally {
    lines.close()
  }
}

/** While keys are read one by one the terminal makes no signal of ^C. */
function interrupt(): void {
  process.kill(process.pid, 'SIGINT')
}

/** Reads a line that is not shown. ^D gives up: the answer is empty. */
function askSecret(question: string, signal: AbortSignal): Promise<string> {
  const {stdin, stderr} = process
  stderr.write(question)
  stdin.setRawMode(true)
  return new Promise<string>((resolve, reject) => {
    let typed = ''
    const finish = (end: () => void) => {
      stdin.off('data', read).pause()
      signal.removeEventListener('abort', giveUp)
      stdin.setRawMode(false)
      stderr.write('\n')
      end()
    }
    const giveUp = () => finish(() => reject(signal.reason))
    const read = (bytes: Buffer) => {
      for (const character of bytes.toString('utf8')) {
        if (character === '\r' || character === '\n') return finish(() => resolve(typed))
        if (character === '\u0003') return interrupt()
        if (character === '\u0004') return finish(() => resolve(''))
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1)
        else if (character === '\u0015') typed = ''
        else typed += character
      }
    }
    signal.addEventListener('abort', giveUp, {once: true})
    stdin.on('data', read).resume()
  })
}
