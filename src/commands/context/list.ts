import {Command} from '@oclif/core'
import {readContexts} from '../../lib/cli/context/contexts.ts'
import {contextColumns, contextRows} from '../../lib/cli/context/view.ts'
import {listFlags, renderList} from '../../lib/cli/list/listing.ts'

const {watch: _, ...flags} = listFlags(contextColumns)

/** Every context; the current one is marked. */
export default class ContextList extends Command {
  static override summary = 'List the contexts'
  static override description = 'The current one is marked by a star. Passwords are left out.'
  static override flags = flags
  static override examples = ['ctl context list', 'ctl context list -o wide']

  async run(): Promise<void> {
    const {flags: given} = await this.parse(ContextList)
    const contexts = await readContexts()
    for (const warning of contexts.warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write(renderList(contextColumns, contextRows(contexts), given, process.stdout))
  }
}
