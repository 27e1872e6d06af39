import {Args} from '@oclif/core'
import {exitCodes} from '../lib/base/errors.ts'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {coloursFor} from '../lib/cli/colours.ts'
import {simulateFlags} from '../lib/cli/simulate/flags.ts'

/** A cluster that is stored nowhere, and what becomes of it. */
export default class Simulate extends ClusterCommand {
  static override summary = 'Try out what becomes of a cluster when machines are lost, added or drained'
  static override description =
    `Has the very engine of a cluster look at one that is stored nowhere: from a file, from flags, or the live cluster as it
stands. Nothing is written. Ends with 7 when units have no place in the end.`
  static override args = {file: Args.string({description: 'YAML file with machines, units and events'})}
  static override flags = simulateFlags
  static override examples = [
    'ctl simulate --snapshot live --lose zone=2',
    "ctl simulate --machines 1000 --class 'name=web,count=500,cpu=0.5,memory=256M,conflicts=self'",
    'ctl simulate cluster.yaml --steps',
    'ctl simulate --save cluster.snapshot',
  ]

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Simulate)
    const [{isShort, runSimulation}, {renderSimulation, simulationJson}, {readLive, saveSnapshot}] = await Promise.all([
      import('../lib/cli/simulate/run.ts'),
      import('../lib/cli/simulate/page.ts'),
      import('../lib/cli/simulate/snapshot.ts'),
    ])
    const live = () => this.withStore(flags, readLive)
    if (flags.save !== undefined) {
      const snapshot = await live()
      await saveSnapshot(flags.save, snapshot)
      process.stderr.write(`saved ${snapshot.entries.length} keys as of revision ${snapshot.revision} to ${flags.save}\n`)
      return
    }
    const simulation = await runSimulation(args.file, flags, live)
    const view = {steps: flags.steps, chalk: coloursFor(process.stdout)}
    process.stdout.write(flags.output === 'json' ? simulationJson(simulation) : renderSimulation(simulation, view))
    if (isShort(simulation)) this.exit(exitCodes.unplaceable)
  }
}
