import {Args, Command, Flags} from '@oclif/core'
import {addContext} from '../../lib/cli/context/changes.ts'
import {settingsOf} from '../../lib/cli/context/choice.ts'
import {contextFlags} from '../../lib/cli/context/flags.ts'

/** Keeps what says where a cluster is, under a name. */
export default class ContextAdd extends Command {
  static override summary = 'Keep a cluster under a name'
  static override description =
    `The first one becomes the current one: commands then work on it when nothing else says where. What the environment says is
not taken over. A password is kept as it is, in a file that only its owner can read.`
  static override args = {name: Args.string({description: 'the name: production', required: true})}
  static override flags = {...contextFlags, replace: Flags.boolean({summary: 'replace the context of that name'})}
  static override examples = [
    'ctl context add production --endpoints https://10.0.0.1:2379 --cacert ca.pem --cert me.pem --key me-key.pem',
    'ctl context add staging --tunnel core@bastion.example.com',
  ]

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ContextAdd)
    const settings = settingsOf(flags, new Set(Object.keys(flags)))
    const isCurrent = await addContext(args.name, settings, {replace: flags.replace})
    this.log(`Context ${args.name} added${isCurrent ? '; it is the current one' : ''}`)
  }
}
