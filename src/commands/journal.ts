import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {journalArguments, journalFlags, journalNames} from '../lib/cli/journal/flags.ts'
import {runJournal} from '../lib/cli/journal/run.ts'
import {renameFlags} from '../lib/cli/program/own-words.ts'

/** What units print, and what systemd says of them, from wherever they are. */
export default class Journal extends ClusterCommand {
  static override summary = 'Show what units print'
  static override description =
    `Reads the output of containers from Docker, and of units that systemd runs from the journal, on the machines where they are.
Lines of several units stand in order of time.`
  static override strict = false
  static override args = journalArguments
  static override flags = journalFlags
  static override examples = ['ctl journal web@1', "ctl journal -f 'web@*'", 'ctl journal --since 5min -o json web@{1..4}']

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Journal, [...renameFlags(this.argv, journalNames)])
    await this.withStore(flags, (store, signal) => runJournal(store, argv.map(String), flags, signal))
  }
}
