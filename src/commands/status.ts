import {Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {coloursFor} from '../lib/cli/colours.ts'
import {sshFlags} from '../lib/cli/ssh/flags.ts'
import {renderStatus, statusJson} from '../lib/cli/status/page.ts'
import {knownUnits} from '../lib/cli/units/known-units.ts'
import {needed, unitArguments} from '../lib/cli/units/wish-command.ts'
import {readStatuses} from '../lib/cluster/status.ts'

/** One page a unit: what is wanted, where it is, how it is and why. */
export default class Status extends ClusterCommand {
  static override summary = 'Show what units are doing, and why'
  static override description =
    `What is wanted, where it is and why there, how it is, what was decided about it lately, and the last lines that it printed,
read from its machine as \`ctl journal\` does; a machine that cannot be reached does not keep back the rest.`
  static override strict = false
  static override args = unitArguments
  static override flags = {
    ...sshFlags,
    lines: Flags.integer({char: 'n', summary: 'how many of its last lines to show', default: 5, min: 0}),
    output: Flags.option({char: 'o', summary: 'how to print', options: ['text', 'json'] as const, default: 'text'})(),
  }
  static override examples = ['ctl status web@1', "ctl status 'web@*'", 'ctl status -n 0 -o json web@1']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Status)
    const {lines, output} = flags
    const pages = await this.withStore(flags, async (store, signal) => {
      const reading = await readStatuses(store, await knownUnits(store, needed(argv.map(String)), signal), signal)
      const {readPages} = await import('../lib/cli/status/output.ts')
      return readPages(store, reading, {lines, flags}, signal)
    })
    const chalk = coloursFor(process.stdout)
    const text = pages.map(page => renderStatus(page, Date.now(), chalk)).join('\n')
    process.stdout.write(output === 'json' ? statusJson(pages) : text)
  }
}
