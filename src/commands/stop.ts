import {carefulFlags, unitArguments, WishCommand, type WishFlags, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Sets known units to loaded: they stop and stay on their machine. */
export default class Stop extends WishCommand {
  static override summary = 'Stop units; they keep their place'
  static override strict = false
  static override args = unitArguments
  static override flags = {...waitFlags, ...carefulFlags}
  static override examples = ['ctl stop web@1', 'ctl stop web@{1..4}', "ctl stop 'web@*'"]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Stop)
    await this.wish('stop', argv.map(String), flags satisfies WishFlags)
  }
}
