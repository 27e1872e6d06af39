import {carefulFlags, unitArguments, WishCommand, type WishFlags, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Takes units out of the cluster, their unit file with them. */
export default class Destroy extends WishCommand {
  static override summary = 'Stop units and forget them'
  static override strict = false
  static override args = unitArguments
  static override flags = {...waitFlags, ...carefulFlags}
  static override examples = ['ctl destroy web@1', 'ctl destroy web@{1..4}', "ctl destroy 'web@*'"]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Destroy)
    await this.wish('destroy', argv.map(String), flags satisfies WishFlags)
  }
}
