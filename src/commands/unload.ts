import {carefulFlags, unitArguments, WishCommand, type WishFlags, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Sets known units to inactive: they stop and leave their machine. */
export default class Unload extends WishCommand {
  static override summary = 'Stop units and give up their place'
  static override strict = false
  static override args = unitArguments
  static override flags = {...waitFlags, ...carefulFlags}
  static override examples = ['ctl unload web@1', 'ctl unload web@{1..4}', "ctl unload 'web@*'"]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Unload)
    await this.wish('unload', argv.map(String), flags satisfies WishFlags)
  }
}
