import {messageOf} from '../base/errors.ts'
import type {Driver} from '../drivers/driver.ts'
import type {Memories} from './memories.ts'
import type {Executors} from './step.ts'

/** How each step is carried out, and what is remembered of it. */
export function executorsOf(driver: Driver, memories: Memories, now: () => number): Executors {
  return {
    prepare: (step, signal) => {
      memories.started(step.unit.name, step.identity, now())
      return driver.perform(step, withTimeout(signal, step.unit.service.timeoutStartSeconds))
    },
    start: (step, signal) => driver.perform(step, signal),
    stop: (step, signal) => driver.perform(step, signal),
    remove: (step, signal) => driver.perform(step, signal),
    collect: async ({run}, signal) => {
      const lines = await driver
        .lastLines(run, linesKept, signal)
        .catch(error => [`(its last lines cannot be had: ${messageOf(error)})`])
      memories.collected(run.unit, run, lines)
    },
  }
}

const linesKept = 10

function withTimeout(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  return seconds === undefined || !Number.isFinite(seconds) || seconds <= 0
    ? signal
    : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
}
