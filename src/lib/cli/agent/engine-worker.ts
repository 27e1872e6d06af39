import {parentPort, workerData} from 'node:worker_threads'
import {lineLog} from '../../base/log.ts'
import {leadHere} from '../../engine/engine.ts'
import type {EngineOrder, EngineWord} from './engine-thread.ts'
import {openThreadStore} from './thread-store.ts'
import {writeStderr} from './write-stderr.ts'

/** The thread of an engine that leads: until it is told to end, or it leads no more. */
export async function engineWorker(): Promise<void> {
  const {etcd, guard, logLevel}: EngineOrder = workerData.engine
  const over = new AbortController()
  const tell = (word: EngineWord) => parentPort?.postMessage(word)
  parentPort?.on('message', () => over.abort(new Error('told to end')))
  const store = openThreadStore(etcd)
  try {
    await leadHere(
      {store, log: lineLog(writeStderr, logLevel), monotonic: () => performance.now(), now: () => Date.now()},
      {
        guard,
        told: {
          leads: () => {},
          passed: (seconds, counts) => tell({kind: 'passed', seconds, counts}),
          knows: counts => tell({kind: 'knows', counts}),
        },
      },
      over.signal,
    )
  } finally {
    store.close()
    parentPort?.close()
  }
}
