import {carefulFlags, replaceFlag, unitArguments, WishCommand, waitFlags} from '../lib/cli/units/wish-command.ts'

/** Submits what is not known yet, and has the cluster run it. */
export default class Start extends WishCommand {
  static override summary = 'Start units and wait until they run'
  static override strict = false
  static override args = unitArguments
  static override description =
    `A unit that is not known yet is read from a file, or made from its template in the cluster or beside.
One that fails ends with exit 8 and its last lines; one that fits nowhere with exit 7 and the reasons of every machine.`
  static override flags = {...waitFlags, ...carefulFlags, ...replaceFlag}
  static override examples = ['ctl start web@1', 'ctl start units/web@{1..4}', 'ctl start --replace --timeout 2min units/web@1']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Start)
    await this.bring('start', argv.map(String), flags)
  }
}
