import {readView} from '../../cluster/read.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {ClusterCommand, type WithUnreadable} from '../cluster-command.ts'
import type {ConnectionFlags} from '../connection.ts'
import {type ListFlags, type ListOnce, type ListSource, renderList} from './listing.ts'

/** A command that lists, once or for as long as it is looked at. */
export abstract class ListCommand extends ClusterCommand {
  protected async list<Row>(
    source: ListSource<Row>,
    flags: ConnectionFlags & ListFlags & {readonly watch: boolean},
  ): Promise<void> {
    const read: ListOnce<Row, ClusterView>['read'] = (store, signal) => readView(store, source.prefixes, signal)
    if (!flags.watch) return await this.listOnce({...source, read}, flags)
    const {watchList} = await import('../watch/list.ts')
    await this.withStore(flags, (store, signal) => watchList(store, source, flags, signal))
  }

  protected async listOnce<Row, View extends WithUnreadable>(
    source: ListOnce<Row, View>,
    flags: ConnectionFlags & ListFlags,
  ): Promise<void> {
    const view = await this.readOnce(flags, source.read)
    process.stdout.write(renderList(source.columns, source.rows(view), flags, process.stdout))
  }
}
