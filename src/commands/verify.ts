import {Args, Command, Flags} from '@oclif/core'
import {exitCodes, UsageError} from '../lib/base/errors.ts'
import {coloursFor} from '../lib/cli/colours.ts'
import {readGivenFiles} from '../lib/cli/verify/files.ts'
import {renderVerification} from '../lib/cli/verify/page.ts'
import {verificationJson, verifyFiles} from '../lib/cli/verify/verify.ts'

/** What would become of unit files, without a cluster. */
export default class Verify extends Command {
  static override summary = 'Check unit files, and show what would run them'
  static override description =
    `Tells of all problems of all files, each with its place, and which driver would run the unit and why. Needs no cluster.
A directory stands for the unit files in it, - for stdin. Ends with 2 when a file would be refused.`
  static override strict = false
  static override args = {files: Args.string({description: 'unit files, directories, or - for stdin'})}
  static override flags = {
    output: Flags.option({
      char: 'o',
      summary: 'how to print; wide shows all that was understood, as text does of one file alone',
      options: ['text', 'wide', 'json'] as const,
      default: 'text',
    })(),
    quiet: Flags.boolean({char: 'q', summary: 'print errors and warnings only, as an editor wants them'}),
    strict: Flags.boolean({summary: 'end with 2 when there are warnings, too'}),
    name: Flags.string({summary: 'the unit that the file is checked as', helpValue: 'web@3.service'}),
  }
  static override examples = [
    'ctl verify web@.service',
    'ctl verify --strict -q units/',
    'ctl verify -o json units/',
    'ctl verify --name web@3.service - <web.txt',
  ]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Verify)
    if (argv.length === 0) throw new UsageError('no file given', {hint: 'name unit files, a directory, or - for stdin'})
    const given = await readGivenFiles(argv.map(String), {name: flags.name, stdin: process.stdin})
    const verification = verifyFiles(given)
    process.stdout.write(
      flags.output === 'json'
        ? verificationJson(verification)
        : renderVerification(verification, {
            quiet: flags.quiet,
            pages: flags.output === 'wide' || given.length === 1,
            terminal: process.stdout,
            given,
            chalk: coloursFor(process.stdout),
          }),
    )
    if (verification.errors > 0 || (flags.strict && verification.warnings > 0)) this.exit(exitCodes.usage)
  }
}
