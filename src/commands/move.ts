import {Args, Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {moveUnit} from '../lib/cli/machines/move-run.ts'
import {timeoutOf, waitFlags} from '../lib/cli/units/wish-command.ts'

/** A unit goes to a machine. */
export default class Move extends ClusterCommand {
  static override summary = 'Move a unit to a machine'
  static override description =
    'It stops where it is once it runs there. To move it back while it is on its way takes the move back.'
  static override args = {unit: Args.string({description: 'the unit', required: true})}
  static override flags = {
    ...waitFlags,
    to: Flags.string({summary: 'the machine, by any word that names it', required: true, helpValue: 'MACHINE'}),
  }
  static override examples = ['ctl move web@1 --to host7']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Move)
    await this.withStore(flags, (store, signal) =>
      moveUnit(store, args.unit, flags.to, {block: flags.block, timeoutSeconds: timeoutOf(flags), signal}),
    )
  }
}
