import {messageOf, UnreachableError} from '../../../base/errors.ts'
import {keys} from '../../../store/keys.ts'
import type {ApiContext} from '../../context.ts'
import {type Answer, type ApiRequest, jsonAnswer, type Route} from '../../http.ts'

/** Milliseconds for which etcd's word that it is there is good: many who ask cost it one read. */
const proofMilliseconds = 1000
/** Milliseconds that etcd has to answer. */
const patienceMilliseconds = 2000

/** `/healthz`: this process answers. `/readyz`: the machine is registered, etcd answers, and what runs its units is there. */
export function healthRoutes(context: ApiContext): readonly Route[] {
  const proof = new EtcdProof(context)
  return [
    {method: 'GET', path: '/healthz', role: 'read', answer: async request => healthAnswer(request, undefined)},
    {
      method: 'GET',
      path: '/readyz',
      role: 'read',
      answer: async request => healthAnswer(request, context.unready() ?? (await proof.missing())),
    },
  ]
}

function healthAnswer({headers}: ApiRequest, reason: string | undefined): Answer {
  const status = reason === undefined ? 200 : 503
  const more = {'cache-control': 'no-store', ...(reason === undefined ? {} : {'retry-after': '1'})}
  if (headers.accept?.includes('application/json'))
    return jsonAnswer(reason === undefined ? {status: 'ok'} : {status: 'unready', reason}, status, more)
  const body = reason === undefined ? 'ok\n' : `unready: ${reason}\n`
  return {status, headers: {'content-type': 'text/plain; charset=utf-8', ...more}, body}
}

/** Asks etcd whether it is there, seldom. */
class EtcdProof {
  private readonly context: ApiContext
  private heardAt = Number.NEGATIVE_INFINITY
  private asking: Promise<string | undefined> | undefined

  constructor(context: ApiContext) {
    this.context = context
  }

  /** Why etcd is not there; undefined when it is. */
  async missing(): Promise<string | undefined> {
    if (this.context.now() - this.heardAt < proofMilliseconds) return undefined
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined
    })
    return await this.asking
  }

  private async ask(): Promise<string | undefined> {
    const signal = AbortSignal.timeout(patienceMilliseconds)
    try {
      await this.context.cluster.store.get([keys.cluster], {signal})
      this.heardAt = this.context.now()
      return undefined
    } catch (error) {
      if (signal.aborted) return `etcd has not answered for ${patienceMilliseconds / 1000} s`
      if (error instanceof UnreachableError) return messageOf(error)
      throw error
    }
  }
}
