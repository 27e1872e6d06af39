import {unitColumns} from '../lib/cli/list/columns.ts'
import {ListCommand} from '../lib/cli/list/list-command.ts'
import {listedUnitArguments, unitFilterFlags} from '../lib/cli/list/list-filter.ts'
import {listFlags} from '../lib/cli/list/listing.ts'
import {briefUnitSource, unitSource} from '../lib/cli/list/unit-source.ts'

/** Every unit with a place or a wish for one. */
export default class ListUnits extends ListCommand {
  static override summary = 'List the units that have a place, and how they are'
  static override strict = false
  static override args = listedUnitArguments
  static override flags = {...listFlags(unitColumns), ...unitFilterFlags}
  static override examples = [
    "ctl list-units 'web@*'",
    'ctl list-units -o wide --machine web-1',
    'ctl list-units --watch --state failed,lost',
    'ctl list-units --fields unit,active,reason',
  ]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(ListUnits)
    const narrowed = {args: argv.map(String), flags}
    const brief = briefUnitSource(narrowed, flags)
    if (brief === undefined) await this.list(unitSource(narrowed), flags)
    else await this.listOnce(brief, flags)
  }
}
