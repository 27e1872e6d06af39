import {Args} from '@oclif/core'
import {machineColumns, unitsShown} from '../lib/cli/list/columns.ts'
import {ListCommand} from '../lib/cli/list/list-command.ts'
import {machineFilterFlags} from '../lib/cli/list/list-filter.ts'
import {listFlags} from '../lib/cli/list/listing.ts'
import {machineSource} from '../lib/cli/list/machine-source.ts'

/** Every machine that is registered. */
export default class ListMachines extends ListCommand {
  static override summary = 'List the machines of the cluster'
  static override strict = false
  static override args = {machines: Args.string({description: 'only these: name, hostname, address or the beginning of an id'})}
  static override flags = {...listFlags(machineColumns), ...machineFilterFlags}
  static override examples = ['ctl list-machines', 'ctl list-machines -o wide --metadata role=web', 'ctl list-machines -w']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(ListMachines)
    await this.list(machineSource({args: argv.map(String), metadata: flags.metadata, units: unitsShown(flags)}), flags)
  }
}
