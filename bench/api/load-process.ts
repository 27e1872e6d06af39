/**
 * `node load-process.ts SOCKET RATE SECONDS PATH…`: asks for the paths in turn at a steady rate, whether or not answers come
 * (an open loop), and prints how long they took from the moment at which they were due. A process of its own, so that nothing
 * else holds it up.
 */
import {setTimeout as delay} from 'node:timers/promises'
import {openAsker} from './ask.ts'
import type {LoadReport} from './load.ts'

const connections = 64

const [socketPath = '', rate = '', seconds = '', ...paths] = process.argv.slice(2)
const {ask, close} = openAsker(socketPath, connections)
const every = 1000 / Number(rate)
const wanted = Math.round(Number(rate) * Number(seconds))
const took: number[] = []
const failures = new Map<string, number>()
const underway: Promise<void>[] = []
const begun = performance.now()
for (let sent = 0; sent < wanted; ) {
  const due = begun + sent * every
  const early = due - performance.now()
  if (early > 0) {
    await delay(Math.max(1, early))
    continue
  }
  underway.push(one(paths[sent % paths.length] ?? '', due))
  sent++
}
await Promise.all(underway)
const lasted = performance.now() - begun
close()
took.sort((a, b) => a - b)
const report: LoadReport = {
  rate: (took.length / lasted) * 1000,
  p50: took[Math.floor(took.length * 0.5)] ?? Number.NaN,
  p99: took[Math.floor(took.length * 0.99)] ?? Number.NaN,
  max: took.at(-1) ?? Number.NaN,
  failures: [...failures].map(([message, count]) => `${count} × ${message}`),
}
process.stdout.write(`${JSON.stringify(report)}\n`)

async function one(path: string, due: number): Promise<void> {
  try {
    await ask(path)
    took.push(performance.now() - due)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    failures.set(message, (failures.get(message) ?? 0) + 1)
  }
}
