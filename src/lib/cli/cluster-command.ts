import {Command, type Interfaces} from '@oclif/core'
import {UsageError} from '../base/errors.ts'
import {readView} from '../cluster/read.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {Store} from '../store/store.ts'
import {type ConnectionFlags, openStore} from './connection.ts'
import {type ChosenCluster, chooseCluster, flagValues, settingsOf} from './context/choice.ts'
import {clusterFlags} from './context/flags.ts'
import {describeChoice} from './context/view.ts'
import {interruptSignal} from './interrupt.ts'

/** A command that works on a cluster: it has the connection's flags, and a store while it runs. */
export abstract class ClusterCommand extends Command {
  static override baseFlags = clusterFlags

  /** Whether it changes the cluster: then it says which one that is, where there are several contexts. */
  protected readonly writes: boolean = false
  /** Who the command is for: an agent takes no context unless it is told to, and no tunnel; a shell's completion is told nothing. */
  protected readonly asker: 'person' | 'agent' | 'shell' = 'person'
  #chosen: ChosenCluster | undefined

  /** Calls `use` with the cluster's store and a signal that aborts at ^C; closes the store whatever happens. */
  protected async withStore<T>(flags: ConnectionFlags, use: (store: Store, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.writes && this.#chosen !== undefined && this.#chosen.contexts.contexts.size > 1)
      this.#say(describeChoice(this.#chosen))
    const signal = interruptSignal()
    if (flags.tunnel === undefined) return this.#onStore(await openStore(flags), use, signal)
    const {throughTunnel} = await import('./ssh/tunnel.ts')
    return throughTunnel(
      flags.tunnel,
      flags,
      async (dial, either) => this.#onStore(await openStore(flags, dial), use, either),
      signal,
    )
  }

  /** Reads what stands under the prefixes; what of it cannot be read is told on stderr, and the rest is the answer. */
  protected async readView(flags: ConnectionFlags, prefixes: readonly string[]): Promise<ClusterView> {
    return await this.readOnce(flags, (store, signal) => readView(store, prefixes, signal))
  }

  /** Reads a part of the cluster, as `readView` does. */
  protected async readOnce<View extends WithUnreadable>(
    flags: ConnectionFlags,
    read: (store: Store, signal: AbortSignal) => Promise<View>,
  ): Promise<View> {
    const view = await this.withStore(flags, read)
    for (const [key, problem] of view.unreadable)
      process.stderr.write(`warning: cannot read ${key}: ${problem}; it is left as it is\n`)
    return view
  }

  /** The flags, completed by the environment and the context: what a command reads there is what holds. */
  protected override async parse<F extends Parsed, B extends Parsed, A extends Parsed>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv)
    const given = new Set(parsed.raw.flatMap(token => (token.type === 'flag' ? [token.flag] : [])))
    const flags: Readonly<Record<string, unknown>> = parsed.flags
    const chosen = await chooseCluster({
      flags: settingsOf(flags, given),
      context: given.has('context') ? String(flags.context) : undefined,
      writes: this.writes,
      isAgent: this.asker === 'agent',
    })
    this.#chosen = chosen
    if (this.asker === 'agent' && chosen.settings.tunnel !== undefined)
      throw new UsageError('an agent goes to etcd by itself, and not through --tunnel', {
        hint: 'give --endpoints that it can reach',
      })
    if (this.asker !== 'shell') for (const warning of this.#warnings(chosen)) this.#say(`warning: ${warning}`)
    Object.assign(parsed.flags, flagValues(chosen.settings))
    return parsed
  }

  #warnings({contexts, isDefault}: ChosenCluster): readonly string[] {
    const isRead = Object.values(this.ctor.flags ?? {}).some(({env}) => env === fleetVariable)
    if (!isDefault || isRead || !process.env[fleetVariable]) return contexts.warnings
    return [
      ...contexts.warnings,
      `${fleetVariable} names fleet’s API, not etcd, and is not used; --endpoints or CTL_ENDPOINTS says where etcd is`,
    ]
  }

  #say(line: string): void {
    process.stderr.write(`${line}\n`)
  }

  async #onStore<T>(store: Store, use: (store: Store, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await use(store, signal)
    } finally {
      store.close()
    }
  }
}

/** What was read, and what of it could not be: key → what is wrong. */
export interface WithUnreadable {
  readonly unreadable: ReadonlyMap<string, string>
}

type Parsed = Interfaces.OutputFlags<Interfaces.FlagInput>

const fleetVariable = 'FLEETCTL_ENDPOINT'
