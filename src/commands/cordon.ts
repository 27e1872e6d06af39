import {Args} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {settleMachines} from '../lib/cli/machines/drain-run.ts'

/** No new units come to machines. */
export default class Cordon extends ClusterCommand {
  static override summary = 'Place no new units on machines'
  static override description = 'What runs there stays. `ctl uncordon` takes it back, `ctl drain` has the units leave as well.'
  static override strict = false
  static override args = {machines: Args.string({description: 'name, hostname, address or the beginning of an id'})}
  static override examples = ['ctl cordon host7']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Cordon)
    const machines = await this.withStore(flags, (store, signal) =>
      settleMachines(store, argv.map(String), {cordoned: true}, signal),
    )
    for (const machine of machines) this.log(`Machine ${machine} is cordoned`)
  }
}
