import {Args} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {coloursFor} from '../lib/cli/colours.ts'
import {importColumns} from '../lib/cli/import/columns.ts'
import {importFlags} from '../lib/cli/import/flags.ts'
import {carryOut, gatherFromFleet, refuseImport, summaryOf} from '../lib/cli/import/units.ts'
import {renderList} from '../lib/cli/list/listing.ts'
import {renderVerification} from '../lib/cli/verify/page.ts'

/** Takes over units from a cluster of fleet. */
export default class Import extends ClusterCommand {
  static override summary = 'Take over units from a cluster of fleet'
  static override description =
    `Reads all units from fleet's API, or those that are named, shows what becomes of each, and submits them. They are started
only with --start: what runs in fleet would otherwise run twice. Problems are told as \`ctl verify\` does. Nothing is written
when one of the units would be refused, or is known here with other contents.`
  static override strict = false
  static override args = {units: Args.string({description: "units in fleet: web@3, web@{1..4}, 'web@*'; all when none is given"})}
  static override flags = importFlags
  static override examples = [
    'ctl import --dry-run --fleet-endpoint http://10.0.0.1:49153',
    'ctl import',
    "ctl import --start 'web@*'",
  ]

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Import)
    await this.withStore(flags, async (store, signal) => {
      const plan = await gatherFromFleet(store, argv.map(String), {flags, signal})
      const {verification, given} = plan
      const view = {quiet: true, pages: false, given, terminal: process.stderr, chalk: coloursFor(process.stderr)}
      process.stderr.write(renderVerification(verification, view))
      process.stdout.write(renderList(importColumns, plan.rows, flags, process.stdout))
      refuseImport(plan, flags)
      if (flags['dry-run']) return
      await carryOut(store, plan, {flags, signal})
      process.stderr.write(`${summaryOf(plan, flags).join('\n')}\n`)
    })
  }
}
