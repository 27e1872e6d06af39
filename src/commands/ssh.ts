import {Args, Flags} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {interruptSignal} from '../lib/cli/interrupt.ts'
import {findTarget, namedTarget, unitCalled} from '../lib/cli/machines/find-machine.ts'
import {readTarget} from '../lib/cli/machines/read-target.ts'
import {sshFlags} from '../lib/cli/ssh/flags.ts'
import {machineReach} from '../lib/cli/ssh/reach.ts'
import {runSession} from '../lib/cli/ssh/session.ts'
import {partSshWords} from '../lib/cli/ssh/words.ts'

/** A shell or a command on a machine. */
export default class Ssh extends ClusterCommand {
  static override summary = 'Log in to a machine, or run a command on it'
  static override description =
    `TARGET is a machine (the beginning of its id, its name, hostname or address) or a unit, whose machine is meant. What follows
is read by the shell there. Ends with the command's own exit code, and with 5 when the machine cannot be reached.`
  static override strict = false
  static override args = {target: Args.string({description: 'a machine, or a unit: 4f1c, web-1, web@1'})}
  static override flags = {
    ...sshFlags,
    machine: Flags.string({char: 'm', summary: 'the machine', helpValue: 'MACHINE', exclusive: ['unit']}),
    unit: Flags.string({char: 'u', summary: 'the unit whose machine is meant', helpValue: 'UNIT'}),
    'forward-agent': Flags.boolean({char: 'A', summary: 'let programs there use the ssh agent here'}),
    terminal: Flags.boolean({char: 't', summary: 'give the command a terminal', allowNo: true}),
  }
  static override examples = ['ctl ssh web-1', 'ctl ssh web@1 uptime', "ctl ssh --machine 4f1c -- 'df -h | head -3'"]

  async run(): Promise<void> {
    const {own, command} = partSshWords(this.argv, {...Ssh.baseFlags, ...Ssh.flags})
    const {flags, argv} = await this.parse(Ssh, [...own])
    const {word, kind} = namedTarget(flags, argv.map(String)[0])
    const unit = unitCalled(word, kind)
    const view = await this.readOnce(flags, (store, signal) =>
      readTarget(store, unit, view => findTarget(view, word, kind), signal),
    )
    const {machine} = findTarget(view, word, kind)
    const signal = interruptSignal()
    const host = await machineReach(flags)(machine, signal)
    try {
      const line = command.length === 0 ? undefined : command.join(' ')
      this.exit(await runSession(host, {command: line, terminal: flags.terminal, forwardAgent: flags['forward-agent'], signal}))
    } finally {
      host.close()
    }
  }
}
