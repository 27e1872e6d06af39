import {Args, Command, Flags} from '@oclif/core'
import {manualOf} from '../lib/cli/manual/manual.ts'
import {renderManualPage} from '../lib/cli/manual/page.ts'
import {showHelp, showManual} from '../lib/cli/manual/show-help.ts'

/** What the commands say of themselves. */
export default class HelpCommand extends Command {
  static override summary = 'Show what a command does, or all of them'
  static override strict = false
  static override args = {command: Args.string({description: 'the command; its beginning is enough'})}
  static override flags = {
    all: Flags.boolean({summary: 'everything on one page', exclusive: ['man']}),
    man: Flags.boolean({summary: 'everything as a page for man(1)'}),
  }
  static override examples = ['ctl help start', 'ctl help --all | less', 'ctl help --man > /usr/local/share/man/man1/ctl.1']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(HelpCommand)
    const {bin: program, version, pjson, commands} = this.config
    if (flags.all) showManual(this.config)
    else if (flags.man)
      process.stdout.write(
        renderManualPage(manualOf(program, commands), {program, version, description: pjson.description ?? ''}),
      )
    else await showHelp(this.config, argv.map(String))
  }
}
