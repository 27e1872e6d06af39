import {unitFileColumns} from '../lib/cli/list/columns.ts'
import {ListCommand} from '../lib/cli/list/list-command.ts'
import {listedUnitArguments, unitFilterFlags} from '../lib/cli/list/list-filter.ts'
import {listFlags} from '../lib/cli/list/listing.ts'
import {unitFileSource} from '../lib/cli/list/unit-file-source.ts'

/** Every unit that the cluster knows. */
export default class ListUnitFiles extends ListCommand {
  static override summary = 'List the units that the cluster knows'
  static override strict = false
  static override args = listedUnitArguments
  static override flags = {...listFlags(unitFileColumns), ...unitFilterFlags}
  static override examples = ['ctl list-unit-files', "ctl list-unit-files 'web@*' --fields unit,desc", 'ctl list-unit-files -w']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(ListUnitFiles)
    await this.list(unitFileSource({args: argv.map(String), flags}), flags)
  }
}
