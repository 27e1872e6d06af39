import {messageOf} from '../base/errors.ts'
import {type Driver, StepError} from '../drivers/driver.ts'
import type {Memories} from './memories.ts'
import type {Executors} from './step.ts'

/** How each step is carried out, and what is remembered of it. */
export function executorsOf(driver: Driver, memories: Memories, now: () => number): Executors {
  return {
    prepare: async (step, signal) => {
      memories.started(step.unit.name, step.identity, now())
      const seconds = step.unit.service.timeoutStartSeconds
      const late = timeoutAfter(seconds)
      await driver.perform(step, late === undefined ? signal : AbortSignal.any([signal, late])).catch(error => {
        if (!late?.aborted || signal.aborted) throw error
        throw new StepError(`not ready to start within TimeoutStartSec=${seconds}`, {retryable: true, cause: error})
      })
    },
    load: async (step, signal) => {
      await driver.perform(step, signal)
      memories.takenUp(step.unit.name, step.identity)
    },
    start: async (step, signal) => {
      await driver.perform(step, signal)
      // What a start needs to be ready has counted it already; with systemd there is nothing of the kind.
      if (step.unit.driver !== 'systemd') return
      memories.started(step.unit.name, step.identity, now())
      memories.takenUp(step.unit.name, step.identity)
    },
    stop: (step, signal) => driver.perform(step, signal),
    // What is kept to be read is never in the way of what is to run.
    'set-aside': (step, signal) =>
      driver.perform(step, signal).catch(error => {
        if (!(error instanceof StepError)) throw error
        return driver.perform({kind: 'remove', run: step.run}, signal)
      }),
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

function timeoutAfter(seconds: number | undefined): AbortSignal | undefined {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds <= 0) return undefined
  return AbortSignal.timeout(seconds * 1000)
}
