import {Etcd3, type IOptions, WatchClient} from 'etcd3'

/**
 * etcd3's RPC layer to one endpoint, with its own fault handling off: no blind retries of writes, no circuit breaker that
 * fails unrelated calls. `watches` asks for a member that has a leader, so that a watch on a cut-off member ends
 * instead of staying silent (etcd: WithRequireLeader).
 */
export class Connection extends Etcd3 {
  readonly endpoint: string
  readonly watches: WatchClient

  constructor(endpoint: string, options: Omit<IOptions, 'hosts' | 'faultHandling'>) {
    super({...options, hosts: [endpoint], faultHandling: {host: () => new NoPolicy(), global: new NoPolicy()}})
    this.endpoint = endpoint
    const pool = this.pool
    this.watches = new WatchClient({
      callOptionsFactory: pool.callOptionsFactory,
      exec: (service, method, params, callOptions) => pool.exec(service, method, params, callOptions),
      markFailed: () => {},
      withConnection: (service, use) =>
        pool.withConnection(service, ({resource, client, metadata}) => {
          const withLeader = metadata.clone()
          withLeader.set('hasleader', 'true')
          return use({resource, client, metadata: withLeader})
        }),
    })
  }
}

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>

/** Calls once and passes on what comes. */
class NoPolicy implements Policy {
  declare readonly _altReturn: never
  readonly onSuccess = neverFires
  readonly onFailure = neverFires

  async execute<T>(call: (context: {signal: AbortSignal}) => PromiseLike<T> | T, signal = neverAborts): Promise<T> {
    return await call({signal})
  }
}

const neverAborts = new AbortController().signal

function neverFires(): {dispose(): void} {
  return {dispose: () => {}}
}
