import {workerData} from 'node:worker_threads'

/** A thread of the agent's process, for work that would hold up everything else: what it is for stands in what it is begun with. */
export async function runThread(): Promise<void> {
  if ('engine' in workerData) await (await import('./engine-worker.ts')).engineWorker()
  else await (await import('./why-worker.ts')).whyWorker()
}
