import {UsageError} from '../lib/base/errors.ts'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {execArguments, execFlags, execNames} from '../lib/cli/exec/flags.ts'
import {runExec} from '../lib/cli/exec/run.ts'
import {renameFlags} from '../lib/cli/program/own-words.ts'
import {partSshWords} from '../lib/cli/ssh/words.ts'

/** A command in the container of a unit. */
export default class Exec extends ClusterCommand {
  static override summary = 'Run a command in the container of a unit'
  static override description =
    `Without a command a shell. On a terminal the command gets a terminal; stdin is passed on. Ends with the command's own exit
code; Docker says 126 or 127 for one that cannot be run.`
  static override strict = false
  static override args = execArguments
  static override flags = execFlags
  static override examples = ['ctl exec web@1', 'ctl exec web@1 -- ps aux', 'ctl exec -T db@1 -- pg_dump app > app.sql']

  async run(): Promise<void> {
    const {own, command} = partSshWords(this.argv, {...Exec.baseFlags, ...Exec.flags}, () => false)
    const {argv, flags} = await this.parse(Exec, [...renameFlags(own, execNames)])
    const [unit] = argv.map(String)
    if (unit === undefined) throw new UsageError('no unit given', {hint: '`ctl list-units` shows which run'})
    this.exit(await this.withStore(flags, (store, signal) => runExec(store, {unit, command, flags}, signal)))
  }
}
