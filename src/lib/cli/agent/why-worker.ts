import {parentPort, workerData} from 'node:worker_threads'
import {messageOf} from '../../base/errors.ts'
import {readCluster} from '../../cluster/read.ts'
import {whyUnits} from '../../planning/why-unit.ts'
import {openThreadStore} from './thread-store.ts'
import type {WhyOrder, WhyWord} from './why-thread.ts'

/** The thread of one question: reads the cluster, tells why, and ends. */
export async function whyWorker(): Promise<void> {
  const {etcd, question}: WhyOrder = workerData.why
  const tell = (word: WhyWord) => parentPort?.postMessage(word)
  const store = openThreadStore(etcd)
  try {
    const {unit, machine, all} = question
    const {view, revision} = await readCluster(store, new AbortController().signal)
    const [why] = whyUnits(view, [unit], {revision, now: Date.now(), machine, all})
    tell({kind: 'explained', explained: {revision, ...why}})
  } catch (error) {
    tell({kind: 'failed', message: messageOf(error)})
  } finally {
    store.close()
  }
}
