import {Worker} from 'node:worker_threads'
import {messageOf} from '../../base/errors.ts'
import type {Log, LogLevel} from '../../base/log.ts'
import {whenAborted} from '../../base/when-aborted.ts'
import type {Lead} from '../../engine/engine.ts'
import type {DecisionCounts, KnownCounts} from '../../engine/engine-metrics.ts'
import type {EtcdOptions} from '../../store/etcd/options.ts'
import type {Guard} from '../../store/store.ts'
import {threadWord} from './is-thread.ts'

/** What the thread is begun with. */
export interface EngineOrder {
  readonly etcd: EtcdOptions
  readonly guard: Guard
  /** From which on it logs, to stderr by itself: it has much to tell at a time. */
  readonly logLevel: LogLevel
}

/** What the thread tells. */
export type EngineWord =
  | {readonly kind: 'passed'; readonly seconds: number; readonly counts: DecisionCounts}
  | {readonly kind: 'knows'; readonly counts: KnownCounts}

/**
 * Leads in a thread of its own, with its own connection to etcd: however long the cluster takes to be looked at, the agent's
 * keepalives, its containers and its API go on. `program`: the file that the thread runs, which calls `engineWorker` there.
 */
export function leadInThread(
  etcd: EtcdOptions,
  {program, log, logLevel}: {readonly program: string; readonly log: Log; readonly logLevel: LogLevel},
): Lead {
  return async ({guard, told}, signal) => {
    if (signal.aborted) return
    const order: EngineOrder = {etcd, guard, logLevel}
    const worker = new Worker(program, {workerData: {engine: order}, argv: [threadWord]})
    const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject))
    worker.on('message', (word: EngineWord) => {
      if (word.kind === 'passed') told.passed(word.seconds, word.counts)
      else told.knows(word.counts)
    })
    try {
      await Promise.race([ended, whenAborted(signal)])
      if (!signal.aborted) return
      worker.postMessage('end')
      const late = setTimeout(() => void worker.terminate(), patience)
      await ended.finally(() => clearTimeout(late))
    } catch (error) {
      log.error(`the engine's thread ended: ${messageOf(error)}`, {effect: 'another candidate leads, or this one anew'})
    } finally {
      await worker.terminate()
    }
  }
}

/** A commit that is under way may end; every write is guarded anyway. */
const patience = 2_000
