import {Args} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {settleMachines} from '../lib/cli/machines/drain-run.ts'

/** Machines take units again. */
export default class Uncordon extends ClusterCommand {
  static override summary = 'Place units on machines again'
  static override description =
    'Takes back `ctl cordon` and `ctl drain`. What has left already does not come back by itself; what was about to leave stays.'
  static override strict = false
  static override args = {machines: Args.string({description: 'name, hostname, address or the beginning of an id'})}
  static override examples = ['ctl uncordon host7']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Uncordon)
    const machines = await this.withStore(flags, (store, signal) =>
      settleMachines(store, argv.map(String), {cordoned: false, drain: null}, signal),
    )
    for (const machine of machines) this.log(`Machine ${machine} takes units again`)
  }
}
