import {Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {rebalance} from '../lib/cli/machines/move-run.ts'
import {timeoutOf, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Units go from full machines to empty ones. */
export default class Rebalance extends ClusterCommand {
  static override summary = 'Even out the load of the machines'
  static override description =
    'Moves few units, and none with Sticky=yes. `ctl config rebalance=on` has the engine do it by itself, now and then.'
  static override flags = {
    ...waitFlags,
    'dry-run': Flags.boolean({summary: 'show the moves, and do nothing'}),
    'max-moves': Flags.integer({summary: 'move no more units than this', default: 20, min: 1}),
  }
  static override examples = ['ctl rebalance --dry-run', 'ctl rebalance --max-moves 3']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {flags} = await this.parse(Rebalance)
    const how = {most: flags['max-moves'], dryRun: flags['dry-run']}
    await this.withStore(flags, (store, signal) =>
      rebalance(store, how, {block: flags.block, timeoutSeconds: timeoutOf(flags), signal}),
    )
  }
}
