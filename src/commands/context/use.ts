import {Args, Command} from '@oclif/core'
import {useContext} from '../../lib/cli/context/changes.ts'

/** Chooses the cluster that commands work on when nothing else says where. */
export default class ContextUse extends Command {
  static override summary = 'Make a context the current one'
  static override args = {name: Args.string({description: 'one of `ctl context list`', required: true})}
  static override examples = ['ctl context use production']

  async run(): Promise<void> {
    const {args} = await this.parse(ContextUse)
    await useContext(args.name)
    this.log(`Context ${args.name} is the current one`)
  }
}
