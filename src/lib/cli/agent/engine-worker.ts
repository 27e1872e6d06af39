import {parentPort, workerData} from 'node:worker_threads'
import {lineLog} from '../../base/log.ts'
import {leadHere} from '../../engine/engine.ts'
import {openEtcdStore} from '../../store/etcd/etcd-store.ts'
import type {EtcdOptions} from '../../store/etcd/options.ts'
import type {EngineOrder, EngineWord} from './engine-thread.ts'
import {writeStderr} from './write-stderr.ts'

/** The thread of an engine that leads: until it is told to end, or it leads no more. */
export async function engineWorker(): Promise<void> {
  const {etcd, guard, logLevel}: EngineOrder = workerData.engine
  const over = new AbortController()
  const tell = (word: EngineWord) => parentPort?.postMessage(word)
  parentPort?.on('message', () => over.abort(new Error('told to end')))
  const store = openEtcdStore(withBuffers(etcd))
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

/** What comes from another thread are plain bytes. */
function withBuffers(etcd: EtcdOptions): EtcdOptions {
  const {tls, ...rest} = etcd
  if (tls === undefined) return rest
  return {...rest, tls: Object.fromEntries(Object.entries(tls).map(([name, bytes]) => [name, Buffer.from(bytes)]))}
}
