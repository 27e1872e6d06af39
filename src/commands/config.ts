import {Args} from '@oclif/core'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {parseConfigWords, renderConfig} from '../lib/cli/machines/config-words.ts'
import {changeClusterSettings, readClusterSettings} from '../lib/cluster/cluster-settings.ts'

/** What holds for all machines. */
export default class Config extends ClusterCommand {
  static override summary = 'Show or set what holds for the whole cluster'
  static override description =
    `strategy: how units that say nothing choose among machines, spread (the emptiest) or binpack (one after the other).
rebalance: on, and the engine moves a unit a minute at most while the machines are unevenly loaded.`
  static override strict = false
  static override args = {settings: Args.string({description: 'strategy=spread|binpack, rebalance=on|off; none shows all'})}
  static override examples = ['ctl config', 'ctl config strategy=binpack rebalance=on']

  protected override readonly writes = true

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Config)
    const wish = parseConfigWords(argv.map(String))
    const settings = await this.withStore(flags, (store, signal) =>
      argv.length === 0 ? readClusterSettings(store, signal) : changeClusterSettings(store, wish, signal),
    )
    this.log(renderConfig(settings))
  }
}
