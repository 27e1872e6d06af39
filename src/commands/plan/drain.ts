import {Args} from '@oclif/core'
import {ClusterCommand} from '../../lib/cli/cluster-command.ts'
import {machineChange, neededMachines, showPlan} from '../../lib/cli/plan/run.ts'
import {planFlags} from '../../lib/cli/units/wish-command.ts'

/** All the units of a machine go elsewhere. */
export default class PlanDrain extends ClusterCommand {
  static override summary = 'Show where the units of machines would go, and do nothing'
  static override strict = false
  static override args = {machines: Args.string({description: 'name, hostname, address or the beginning of an id'})}
  static override flags = planFlags
  static override examples = ['ctl plan drain host7', 'ctl plan drain host7 host8 -o json']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(PlanDrain)
    const words = neededMachines(argv.map(String))
    const code = await this.withStore(flags, async (store, signal) =>
      showPlan(store, await machineChange(store, 'drain', words, signal), flags.output, signal),
    )
    if (code !== 0) this.exit(code)
  }
}
