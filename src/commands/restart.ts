import {carefulFlags, unitArguments, WishCommand, type WishFlags, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Gives known units a fresh start, each where it is. */
export default class Restart extends WishCommand {
  static override summary = 'Stop and start units where they are'
  static override strict = false
  static override args = unitArguments
  static override flags = {...waitFlags, ...carefulFlags}
  static override examples = ['ctl restart web@1', 'ctl restart web@{1..4}', "ctl restart 'web@*'"]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Restart)
    await this.wish('restart', argv.map(String), flags satisfies WishFlags)
  }
}
