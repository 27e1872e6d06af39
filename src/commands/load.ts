import {carefulFlags, replaceFlag, unitArguments, WishCommand, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Submits what is not known yet, and has the cluster give it a place without running it. */
export default class Load extends WishCommand {
  static override summary = 'Give units a place without starting them'
  static override strict = false
  static override args = unitArguments
  static override description = 'A unit that runs already is left alone.'
  static override flags = {...waitFlags, ...carefulFlags, ...replaceFlag}
  static override examples = ['ctl load web@1', 'ctl load units/web@{1..4}']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Load)
    await this.bring('load', argv.map(String), flags)
  }
}
