import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {machineColumns} from '../lib/cli/columns.ts'
import {listFlags, renderList} from '../lib/cli/listing.ts'
import {machineRows} from '../lib/cluster/rows.ts'
import {prefixes} from '../lib/store/keys.ts'

/** Every machine that is registered. */
export default class ListMachines extends ClusterCommand {
  static override summary = 'List the machines of the cluster'
  static override flags = listFlags(machineColumns)
  static override examples = ['ctl list-machines', 'ctl list-machines -o wide']

  async run(): Promise<void> {
    const {flags} = await this.parse(ListMachines)
    const view = await this.readView(flags, [prefixes.machines, prefixes.machineSettings, prefixes.assignments])
    process.stdout.write(renderList(machineColumns, machineRows(view), flags, process.stdout))
  }
}
