import {Args} from '@oclif/core'
import {ClusterCommand} from '../../lib/cli/cluster-command.ts'
import {machineChange, neededMachines, showPlan} from '../../lib/cli/plan/run.ts'
import {planFlags} from '../../lib/cli/units/wish-command.ts'

/** Machines are gone all at once. */
export default class PlanLose extends ClusterCommand {
  static override summary = 'Show what would become of the units if machines were lost'
  static override strict = false
  static override args = {machines: Args.string({description: 'name, hostname, address or the beginning of an id'})}
  static override flags = planFlags
  static override examples = ['ctl plan lose host7', 'ctl plan lose host7 host8']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(PlanLose)
    const words = neededMachines(argv.map(String))
    const code = await this.withStore(flags, async (store, signal) =>
      showPlan(store, await machineChange(store, 'lose', words, signal), flags.output, signal),
    )
    if (code !== 0) this.exit(code)
  }
}
