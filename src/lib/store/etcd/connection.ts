import {castGrpcError, Etcd3, EtcdInvalidAuthTokenError, type IOptions, WatchClient} from 'etcd3'
import {type RangeRequest, writeRangeRequest} from './range-message.ts'

/**
 * etcd3's RPC layer to one endpoint, with its own fault handling off: no blind retries of writes, no circuit breaker that
 * fails unrelated calls. `watches` asks for a member that has a leader, so that a watch on a cut-off member ends
 * instead of staying silent (etcd: WithRequireLeader).
 */
export class Connection extends Etcd3 {
  readonly endpoint: string
  readonly watches: WatchClient
  readonly #tokens: Etcd3 | undefined

  /** `path` is a unix socket that leads to the endpoint; without one it is reached at its own address. */
  constructor(endpoint: string, options: Omit<IOptions, 'hosts' | 'faultHandling'>, path?: string) {
    const hosts = [path === undefined ? endpoint : `unix:${path}`]
    const faultHandling = {host: () => new NoPolicy(), global: new NoPolicy()}
    super({...options, hosts, faultHandling})
    this.endpoint = endpoint
    const pool = this.pool
    if (path !== undefined && options.auth !== undefined) {
      const {auth: _, ...withoutUser} = options
      this.#tokens = new Etcd3({...withoutUser, hosts, faultHandling})
      askForTokens(pool, this.#tokens)
    }
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

  /** A page of a range of keys, as etcd wrote it. */
  async readRange(request: RangeRequest, limits: {readonly deadline: number}): Promise<Buffer> {
    const read = () =>
      this.pool.withConnection(
        'KV',
        async ({client, metadata}) =>
          await new Promise<Buffer>((resolve, reject) => {
            client.makeUnaryRequest(rangeMethod, writeRangeRequest, asItIs, request, metadata, limits, (error, answer) => {
              if (error !== null) reject(castGrpcError(error))
              else if (answer !== undefined) resolve(answer)
            })
          }),
      )
    try {
      return await read()
    } catch (thrown) {
      if (!(thrown instanceof EtcdInvalidAuthTokenError)) throw thrown
      // etcd3 gets itself a new token when a call of its own finds the old one gone.
      await this.kv.range({key: request.key, count_only: true}, limits)
      return await read()
    }
  }

  override close(): void {
    this.#tokens?.close()
    super.close()
  }
}

/**
 * Has a pool ask for its users' tokens by another client: etcd3 asks on a channel without options, which would check the
 * certificate of an endpoint behind a unix socket against the name `localhost`.
 */
function askForTokens(pool: object, tokens: Etcd3): void {
  const authenticator: unknown = Reflect.get(pool, 'authenticator')
  if (typeof authenticator !== 'object' || authenticator === null || !('getCredentialsFromHost' in authenticator))
    throw new Error('etcd3 no longer asks for tokens where it did')
  authenticator.getCredentialsFromHost = async (_address: string, name: string, password: string) => {
    const {token} = await tokens.auth.authenticate({name, password})
    return token
  }
}

const rangeMethod = '/etcdserverpb.KV/Range'

function asItIs(answer: Buffer): Buffer {
  return answer
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
