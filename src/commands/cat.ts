import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {knownUnits} from '../lib/cli/units/known-units.ts'
import {needed, unitArguments} from '../lib/cli/units/wish-command.ts'
import {readFiles} from '../lib/cluster/read.ts'

/** Prints unit files as they were submitted, to the byte. */
export default class Cat extends ClusterCommand {
  static override summary = 'Print the unit files that the cluster has'
  static override strict = false
  static override args = unitArguments
  static override examples = ['ctl cat web@.service', 'ctl cat web@1 > web@1.service']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Cat)
    await this.withStore(flags, async (store, signal) => {
      const names = await knownUnits(store, needed(argv.map(String)), signal)
      const texts = await readFiles(store, names, signal)
      for (const [name, text] of texts) process.stdout.write(names.length === 1 ? text : `# ${name}\n${text}\n`)
    })
  }
}
