import {Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {showWhy} from '../lib/cli/why-run.ts'
import {needed, replaceFlag, unitArguments} from '../lib/cli/wish-command.ts'

/** Every reason on every machine. */
export default class Why extends ClusterCommand {
  static override summary = 'Tell why units are where they are, or nowhere'
  static override description =
    `Every machine is asked for all that speaks against it, and the nearest are told first, with what would have to happen for them to
do. A unit that is inactive, or only a file, is told as if it were started. Nothing is changed.`
  static override strict = false
  static override args = unitArguments
  static override flags = {
    ...replaceFlag,
    machine: Flags.string({char: 'm', summary: 'tell of this machine only', helpValue: 'MACHINE'}),
    all: Flags.boolean({summary: 'tell of every machine in detail'}),
    output: Flags.option({char: 'o', summary: 'how to print', options: ['text', 'json'] as const, default: 'text'})(),
  }
  static override examples = ['ctl why web@1', 'ctl why --machine host7 web@1', 'ctl why units/big.service']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Why)
    const units = needed(argv.map(String))
    const code = await this.withStore(flags, (store, signal) => showWhy(store, units, flags, signal))
    if (code !== 0) this.exit(code)
  }
}
