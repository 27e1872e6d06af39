import {needed, planFlags, replaceFlag, unitArguments, WishCommand} from '../../lib/cli/units/wish-command.ts'

/** `ctl start`, without doing it. */
export default class PlanStart extends WishCommand {
  static override summary = 'Show what starting units would do, and do nothing'
  static override strict = false
  static override args = unitArguments
  static override flags = {...planFlags, ...replaceFlag}
  static override examples = ['ctl plan start web@{1..4}', 'ctl plan start units/big.service']
  protected override readonly writes = false

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(PlanStart)
    await this.preview('start', needed(argv.map(String)), flags)
  }
}
