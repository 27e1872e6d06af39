import {Worker} from 'node:worker_threads'
import {messageOf} from '../../base/errors.ts'
import type {Log, LogFields, LogLevel} from '../../base/log.ts'
import {whenAborted} from '../../base/when-aborted.ts'
import type {Lead} from '../../engine/engine.ts'
import type {DecisionCounts, KnownCounts} from '../../engine/engine-metrics.ts'
import type {EtcdOptions} from '../../store/etcd/options.ts'
import type {Guard} from '../../store/store.ts'

/** What the thread is begun with. */
export interface EngineOrder {
  readonly etcd: EtcdOptions
  readonly guard: Guard
}

/** What the thread tells. */
export type EngineWord =
  | {readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields?: LogFields | undefined}
  | {readonly kind: 'passed'; readonly seconds: number; readonly counts: DecisionCounts}
  | {readonly kind: 'knows'; readonly counts: KnownCounts}

/**
 * Leads in a thread of its own, with its own connection to etcd: however long the cluster takes to be looked at, the agent's
 * keepalives, its containers and its API go on. `program`: the file that the thread runs, which calls `engineWorker` there.
 */
export function leadInThread(etcd: EtcdOptions, {program, log}: {readonly program: string; readonly log: Log}): Lead {
  return async ({guard, told}, signal) => {
    if (signal.aborted) return
    const order: EngineOrder = {etcd, guard}
    const worker = new Worker(program, {workerData: {engine: order}, argv: []})
    const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject))
    worker.on('message', (word: EngineWord) => {
      if (word.kind === 'log') log[word.level](word.message, word.fields)
      else if (word.kind === 'passed') told.passed(word.seconds, word.counts)
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
