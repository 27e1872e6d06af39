import {Args, Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {drainMachines, secondsOf} from '../lib/cli/machines/drain-run.ts'
import {machineChange, neededMachines, showPlan} from '../lib/cli/plan/run.ts'
import {timeoutOf, waitFlags} from '../lib/cli/units/wish-command.ts'

/** All units leave machines, each once it runs elsewhere. */
export default class Drain extends ClusterCommand {
  static override summary = 'Move all units away from machines'
  static override description =
    `A unit leaves once it runs elsewhere, so many at a time as --max-parallel says. Units that must not run twice, or that
stand beside others, stop first. What fits nowhere else stays; at the deadline it leaves anyway. ^C stops waiting, not the drain:
\`ctl uncordon\` takes it back.`
  static override strict = false
  static override args = {machines: Args.string({description: 'name, hostname, address or the beginning of an id'})}
  static override flags = {
    ...waitFlags,
    deadline: Flags.string({summary: 'what is left after this time leaves at once: 10min', helpValue: 'TIME'}),
    'max-parallel': Flags.integer({summary: 'so many units of a machine are on their way at a time', default: 1, min: 1}),
    message: Flags.string({char: 'm', summary: 'why, for who looks at the machine', helpValue: 'TEXT'}),
    'dry-run': Flags.boolean({summary: 'show where the units would go, as `ctl plan drain` does, and do nothing'}),
  }
  static override examples = ['ctl drain host7', 'ctl drain host7 --deadline 10min -m "new kernel"', 'ctl drain host7 --dry-run']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Drain)
    const words = neededMachines(argv.map(String))
    const options = {
      ...{maxParallel: flags['max-parallel'], reason: flags.message, block: flags.block},
      ...{deadlineSeconds: secondsOf('deadline', flags.deadline), timeoutSeconds: timeoutOf(flags)},
    }
    const code = await this.withStore(flags, async (store, signal) => {
      if (flags['dry-run']) return showPlan(store, await machineChange(store, 'drain', words, signal), 'text', signal)
      await drainMachines(store, words, options, signal)
      return 0
    })
    if (code !== 0) this.exit(code)
  }
}
