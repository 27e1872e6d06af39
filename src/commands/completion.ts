import {Args, Command} from '@oclif/core'
import {completionScripts, shells} from '../lib/cli/completion/scripts.ts'

/** Prints the script that makes a shell complete words of `ctl`. */
export default class Completion extends Command {
  static override summary = 'Print the script by which a shell completes ctl'
  static override description =
    `Completes commands, flags and their values, and the names of units, machines and contexts as the cluster has them.
In ~/.bashrc: source <(ctl completion bash). In ~/.zshrc, after compinit: source <(ctl completion zsh).
In ~/.config/fish/config.fish: ctl completion fish | source.`
  static override args = {
    shell: Args.string({options: [...shells], required: true, description: 'bash, zsh or fish'}),
  }
  static override examples = ['source <(ctl completion bash)']

  async run(): Promise<void> {
    const {args} = await this.parse(Completion)
    const shell = shells.find(each => each === args.shell)
    if (shell !== undefined) process.stdout.write(completionScripts[shell])
  }
}
