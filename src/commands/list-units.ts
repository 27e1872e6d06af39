import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {unitColumns} from '../lib/cli/columns.ts'
import {listFlags, renderList} from '../lib/cli/listing.ts'
import {unitRows} from '../lib/cluster/rows.ts'
import {prefixes} from '../lib/store/keys.ts'

/** Every unit with a place or a wish for one. */
export default class ListUnits extends ClusterCommand {
  static override summary = 'List the units that have a place, and how they are'
  static override flags = listFlags(unitColumns)
  static override examples = ['ctl list-units', 'ctl list-units -o wide', 'ctl list-units --fields unit,active,reason']

  async run(): Promise<void> {
    const {flags} = await this.parse(ListUnits)
    const view = await this.readView(flags, [
      prefixes.units,
      prefixes.machines,
      prefixes.assignments,
      prefixes.states,
      prefixes.refusals,
    ])
    process.stdout.write(renderList(unitColumns, unitRows(view), flags, process.stdout))
  }
}
