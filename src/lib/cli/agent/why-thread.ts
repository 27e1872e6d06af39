import {Worker} from 'node:worker_threads'
import type {ApiContext, Explained, WhyQuestion} from '../../api/context.ts'
import {messageOf, UnreachableError} from '../../base/errors.ts'
import {Limiter} from '../../base/limiter.ts'
import {whenAborted} from '../../base/when-aborted.ts'
import type {EtcdOptions} from '../../store/etcd/options.ts'
import {threadWord} from './is-thread.ts'

/** What the thread is begun with. */
export interface WhyOrder {
  readonly etcd: EtcdOptions
  readonly question: WhyQuestion
}

/** What the thread tells, once. */
export type WhyWord =
  | {readonly kind: 'explained'; readonly explained: Explained}
  | {readonly kind: 'failed'; readonly message: string}

/**
 * Explains each unit in a thread that reads the cluster for it and ends: however large that is, keepalives, containers and API go on.
 * One at a time, since each holds the whole cluster. `program`: as of `leadInThread`. Throws UnreachableError.
 */
export function explainInThread(etcd: EtcdOptions, program: string): NonNullable<ApiContext['explain']> {
  const oneAtATime = new Limiter(1)
  return (question, signal) => oneAtATime.run(() => ask({etcd, question}, program, signal), signal)
}

async function ask(order: WhyOrder, program: string, signal: AbortSignal): Promise<Explained> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(mostMilliseconds)])
  const worker = new Worker(program, {workerData: {why: order}, argv: [threadWord]})
  try {
    const told = new Promise<WhyWord>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
      worker.once('exit', () => reject(new Error('the thread that explains ended')))
    })
    const word = await Promise.race([told, whenAborted(patience)])
    if (word === undefined) throw signal.aborted ? signal.reason : new Error('it takes too long')
    if (word.kind === 'failed') throw new Error(word.message)
    return word.explained
  } catch (error) {
    if (signal.aborted) throw error
    throw new UnreachableError(`${order.question.unit} cannot be explained: ${messageOf(error)}`, {cause: error})
  } finally {
    await worker.terminate()
  }
}

const mostMilliseconds = 60_000
