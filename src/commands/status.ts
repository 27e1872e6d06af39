import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {coloursFor} from '../lib/cli/colours.ts'
import {knownUnits} from '../lib/cli/known-units.ts'
import {renderStatus} from '../lib/cli/status-page.ts'
import {needed, unitArguments} from '../lib/cli/wish-command.ts'
import {readStatuses} from '../lib/cluster/status.ts'

/** One page a unit: what is wanted, where it is, how it is and why. */
export default class Status extends ClusterCommand {
  static override summary = 'Show what units are doing, and why'
  static override strict = false
  static override args = unitArguments
  static override examples = ['ctl status web@1', "ctl status 'web@*'"]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Status)
    const statuses = await this.withStore(flags, async (store, signal) =>
      readStatuses(store, await knownUnits(store, needed(argv.map(String)), signal), signal),
    )
    const chalk = coloursFor(process.stdout)
    process.stdout.write(statuses.map(status => renderStatus({status, printed: new Map()}, Date.now(), chalk)).join('\n'))
  }
}
