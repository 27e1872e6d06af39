import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {unitFileColumns} from '../lib/cli/columns.ts'
import {listFlags, renderList} from '../lib/cli/listing.ts'
import {describeFiles, unitFileRows} from '../lib/cluster/rows.ts'
import {prefixes} from '../lib/store/keys.ts'

/** Every unit that the cluster knows. */
export default class ListUnitFiles extends ClusterCommand {
  static override summary = 'List the units that the cluster knows'
  static override flags = listFlags(unitFileColumns)
  static override examples = ['ctl list-unit-files', 'ctl list-unit-files --fields unit,desc']

  async run(): Promise<void> {
    const {flags} = await this.parse(ListUnitFiles)
    const view = await this.readView(flags, [
      prefixes.files,
      prefixes.units,
      prefixes.machines,
      prefixes.assignments,
      prefixes.states,
    ])
    process.stdout.write(renderList(unitFileColumns, unitFileRows(view, describeFiles(view)), flags, process.stdout))
  }
}
