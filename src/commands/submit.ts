import {gatherUnits, readArguments} from '../lib/cli/units/unit-arguments.ts'
import {needed, replaceFlag, unitArguments, WishCommand} from '../lib/cli/units/wish-command.ts'
import {outcomeOf, submitUnits} from '../lib/cluster/submit.ts'

/** Makes unit files known to the cluster. */
export default class Submit extends WishCommand {
  static override summary = 'Make unit files known to the cluster'
  static override strict = false
  static override description = 'All files are checked before anything is written. A directory stands for the unit files in it.'
  static override args = unitArguments
  static override flags = replaceFlag
  static override examples = ['ctl submit units/web@.service', 'ctl submit units/', 'ctl submit --replace units/web@.service']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Submit)
    const {replace} = flags
    await this.withStore(flags, async (store, signal) => {
      const args = await readArguments(needed(argv.map(String)))
      const {names, submissions, warnings} = await gatherUnits(store, args, {replace, signal})
      for (const warning of warnings) this.warn(warning)
      const results = await submitUnits(store, submissions, {replace, signal})
      const outcomes = new Map(
        results.map(result => [
          result.name,
          outcomeOf(
            result,
            submissions.find(({name}) => name === result.name),
          ),
        ]),
      )
      for (const name of names) this.log(`Unit ${name} ${words[outcomes.get(name) ?? 'same']}`)
    })
  }
}

const words = {
  created: 'submitted',
  replaced: 'replaced',
  same: 'is known already',
  differs: 'is known already with other contents',
} as const
