import {Args, Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {sshFlags} from '../lib/cli/ssh/flags.ts'
import {topSubjects} from '../lib/cli/top/look.ts'
import {topOrders} from '../lib/cli/top/rows.ts'
import {runTop} from '../lib/cli/top/run.ts'

/** What machines have, what their units ask for, and what they take. */
export default class Top extends ClusterCommand {
  static override summary = 'Show what machines and units take'
  static override description =
    `For each machine, or unit: what it takes just now, what is asked for, and what there is or what it is held to. The agents
are asked by the sockets of their APIs: on this host, or by ssh.`
  static override args = {
    what: Args.option({description: 'machines (the default) or units', options: topSubjects})(),
  }
  static override flags = {
    ...sshFlags,
    output: Flags.option({char: 'o', summary: 'how to print', options: ['table', 'json'] as const, default: 'table'})(),
    sort: Flags.option({summary: 'name, or what takes most first', options: topOrders, default: 'name'})(),
    machine: Flags.string({char: 'm', summary: 'only this machine, or what is on it', helpValue: 'MACHINE'}),
    watch: Flags.boolean({char: 'w', summary: 'stay, and look again every two seconds'}),
  }
  static override examples = ['ctl top', 'ctl top units --sort memory', 'ctl top units -w --machine web-1']

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Top)
    await this.withStore(flags, (store, signal) => runTop(store, args.what ?? 'machines', flags, signal))
  }
}
