import {Args, Command} from '@oclif/core'
import {UsageError} from '../../lib/base/errors.ts'
import {removeContexts} from '../../lib/cli/context/changes.ts'

/** Forgets contexts; their clusters are left alone. */
export default class ContextRemove extends Command {
  static override summary = 'Forget contexts'
  static override strict = false
  static override args = {names: Args.string({description: 'some of `ctl context list`'})}
  static override examples = ['ctl context remove staging']

  async run(): Promise<void> {
    const names = (await this.parse(ContextRemove)).argv.map(String)
    if (names.length === 0) throw new UsageError('no context given', {hint: '`ctl context list` shows them'})
    const current = await removeContexts(names)
    for (const name of names) this.log(`Context ${name} removed`)
    if (current !== undefined) process.stderr.write('no context is the current one now; `ctl context use` chooses one\n')
  }
}
