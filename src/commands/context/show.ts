import {Args, Command} from '@oclif/core'
import {shownContext} from '../../lib/cli/context/changes.ts'
import {renderContext} from '../../lib/cli/context/view.ts'

/** What a context says. */
export default class ContextShow extends Command {
  static override summary = 'Show the settings of a context'
  static override description = 'Without a name that of CTL_CONTEXT, else the current one. Passwords are left out.'
  static override args = {name: Args.string({description: 'one of `ctl context list`'})}
  static override examples = ['ctl context show', 'ctl context show production']

  async run(): Promise<void> {
    const {args} = await this.parse(ContextShow)
    process.stdout.write(renderContext(await shownContext(args.name)))
  }
}
