/**
 * `node load-process.ts SOCKET RATE SECONDS WARM-UP PATH…`: asks for the paths in turn by a timetable that is made beforehand,
 * whether or not answers come (an open loop), and prints how long they took from the moment at which they were due: a server
 * that stalls is not spared the requests that would have come meanwhile. Those of the first seconds are not counted. A process
 * of its own, so that nothing else holds it up; it ends when its input does, and a while after the last request at the latest.
 */
import {setTimeout as delay} from 'node:timers/promises'
import {openAsker} from './ask.ts'
import {endWithInput} from './end-with-input.ts'
import type {LoadReport} from './load.ts'

const connections = 64
/** For answers that are still missing when all requests are sent. */
const patienceMilliseconds = 20_000

endWithInput()
const [socketPath = '', rate = '', seconds = '', warmUp = '', ...paths] = process.argv.slice(2)
const {ask, close} = openAsker(socketPath, connections)
const every = 1000 / Number(rate)
const uncounted = Math.round(Number(rate) * Number(warmUp))
const wanted = uncounted + Math.round(Number(rate) * Number(seconds))
const took: number[] = []
const late: number[] = []
const failures = new Map<string, number>()
const underway: Promise<void>[] = []
let lastAnswer = 0

const begun = performance.now()
for (let sent = 0; sent < wanted; ) {
  const due = begun + sent * every
  const early = due - performance.now()
  if (early > 0) {
    await delay(Math.max(1, early))
    continue
  }
  underway.push(one(paths[sent % paths.length] ?? '', due, sent >= uncounted))
  sent++
}
await Promise.race([Promise.all(underway), delay(patienceMilliseconds)])
const missing = wanted - uncounted - took.length - [...failures.values()].reduce((sum, count) => sum + count, 0)
if (missing > 0) failures.set('no answer', missing)
close()
const report: LoadReport = {
  rate: took.length / ((lastAnswer - begun) / 1000 - Number(warmUp)),
  p50: share(took, 0.5),
  p99: share(took, 0.99),
  max: share(took, 1),
  late: share(late, 0.99),
  failures: [...failures].map(([message, count]) => `${count} × ${message}`),
}
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit())

async function one(path: string, due: number, isCounted: boolean): Promise<void> {
  const sentLate = performance.now() - due
  try {
    await ask(path)
    if (!isCounted) return
    lastAnswer = performance.now()
    took.push(lastAnswer - due)
    late.push(sentLate)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    failures.set(message, (failures.get(message) ?? 0) + 1)
  }
}

/** The least number that such a share of the numbers does not exceed. */
function share(numbers: number[], of: number): number {
  numbers.sort((a, b) => a - b)
  return numbers[Math.ceil(numbers.length * of) - 1] ?? Number.NaN
}
