import {Command} from '@oclif/core'
import {versionLine} from '../lib/cli/program/program.ts'

/** Prints the same line as `ctl --version`. */
export default class Version extends Command {
  static override summary = 'Print the version of ctl'

  async run(): Promise<void> {
    await this.parse(Version)
    this.log(versionLine(this.config))
  }
}
