import {ClusterCommand} from '../cluster-command.ts'
import type {ConnectionFlags} from '../connection.ts'
import {type ListFlags, type ListSource, renderList} from './listing.ts'

/** A command that lists, once or for as long as it is looked at. */
export abstract class ListCommand extends ClusterCommand {
  protected async list<Row>(
    source: ListSource<Row>,
    flags: ConnectionFlags & ListFlags & {readonly watch: boolean},
  ): Promise<void> {
    if (!flags.watch) {
      const view = await this.readView(flags, source.prefixes)
      process.stdout.write(renderList(source.columns, source.rows(view), flags, process.stdout))
      return
    }
    const {watchList} = await import('../watch/list.ts')
    await this.withStore(flags, (store, signal) => watchList(store, source, flags, signal))
  }
}
