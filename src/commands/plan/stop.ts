import {needed, planFlags, unitArguments, WishCommand} from '../../lib/cli/units/wish-command.ts'

/** `ctl stop`, without doing it. */
export default class PlanStop extends WishCommand {
  static override summary = 'Show what stopping units would do, and do nothing'
  static override strict = false
  static override args = unitArguments
  static override flags = planFlags
  static override examples = ["ctl plan stop 'web@*'"]
  protected override readonly writes = false

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(PlanStop)
    await this.preview('stop', needed(argv.map(String)), flags)
  }
}
