import {Args, Command, Flags} from '@oclif/core'
import {appendToken, makeToken, tokenRoles} from '../lib/cli/agent/make-token.ts'

/** Makes a token for the API; needs no cluster. */
export default class TokenCommand extends Command {
  static override summary = 'Make a token for the API of agents'
  static override description =
    `Prints the secret, which is kept nowhere, and adds its hash to a file of tokens (--api-tokens of the agent), which agents
read again at once. To take a token back, delete its line. Without --file the line goes to stderr.`
  static override args = {name: Args.string({description: 'whose token it is', required: true})}
  static override flags = {
    role: Flags.option({
      options: tokenRoles,
      summary: 'read: look; operate: change units too; admin: machines and settings too',
      default: 'read',
    })(),
    file: Flags.string({summary: 'file to add the line to', helpValue: 'FILE'}),
  }
  static override examples = ['ctl token jenkins --role operate --file /etc/meissa/tokens']

  async run(): Promise<void> {
    const {args, flags} = await this.parse(TokenCommand)
    const {secret, line} = makeToken(args.name, flags.role)
    if (flags.file === undefined) process.stderr.write(line)
    else await appendToken(flags.file, line)
    process.stdout.write(`${secret}\n`)
  }
}
