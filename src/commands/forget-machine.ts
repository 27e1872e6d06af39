import {Args} from '@oclif/core'
import {UsageError} from '../lib/base/errors.ts'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {forgetNamed} from '../lib/cli/machines/forget-named.ts'

/** The operator's word that lost machines will not come back. */
export default class ForgetMachine extends ClusterCommand {
  static override summary = 'Say that lost machines will not come back'
  static override description =
    `When many machines are lost at once the engine moves nothing, since they may return any moment. Those named here count as
lost for good: their units are placed elsewhere.`
  static override strict = false
  static override args = {machines: Args.string({description: 'ids of lost machines; their beginnings are enough'})}
  static override examples = ['ctl forget-machine 4f1c0a7e', 'ctl forget-machine 4f1c0a7e2b9d4c6f8a1b2c3d4e5f6a7b']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(ForgetMachine)
    const words = argv.map(String)
    if (words.length === 0)
      throw new UsageError('no machine given', {hint: '`ctl list-units --full --state lost` shows the ids of lost machines'})
    const machines = await this.withStore(flags, (store, signal) => forgetNamed(store, words, signal))
    for (const machine of machines) this.log(`Machine ${machine} is forgotten`)
  }
}
