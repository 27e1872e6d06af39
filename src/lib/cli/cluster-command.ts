import {Command} from '@oclif/core'
import {readView} from '../cluster/read.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {Store} from '../store/store.ts'
import {type ConnectionFlags, connectionFlags, openStore} from './connection.ts'
import {interruptSignal} from './interrupt.ts'

/** A command that works on a cluster: it has the connection's flags, and a store while it runs. */
export abstract class ClusterCommand extends Command {
  static override baseFlags = connectionFlags

  /** Calls `use` with the cluster's store and a signal that aborts at ^C; closes the store whatever happens. */
  protected async withStore<T>(flags: ConnectionFlags, use: (store: Store, signal: AbortSignal) => Promise<T>): Promise<T> {
    const store = await openStore(flags)
    try {
      return await use(store, interruptSignal())
    } finally {
      store.close()
    }
  }

  /** Reads what stands under the prefixes; what of it cannot be read is told on stderr, and the rest is the answer. */
  protected async readView(flags: ConnectionFlags, prefixes: readonly string[]): Promise<ClusterView> {
    const view = await this.withStore(flags, (store, signal) => readView(store, prefixes, signal))
    for (const [key, problem] of view.unreadable)
      process.stderr.write(`warning: cannot read ${key}: ${problem}; it is left as it is\n`)
    return view
  }
}
