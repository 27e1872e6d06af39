import {Flags} from '@oclif/core'
import {readSettingsFile} from '../lib/agent/settings.ts'
import {lineLog} from '../lib/base/log.ts'
import {Metrics} from '../lib/base/metrics.ts'
import {agentFlags, chooseSettings, settingNames} from '../lib/cli/agent/agent-flags.ts'
import {driverOpener} from '../lib/cli/agent/open-driver.ts'
import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {etcdOptions} from '../lib/cli/connection.ts'

/** The daemon of a machine: agent and candidate for the engine in one process. */
export default class AgentCommand extends ClusterCommand {
  static override summary = 'Run the agent of this machine'
  static override description =
    `Registers the machine, runs the units that are assigned to it, keeps them running and reports. Ends in order
at SIGTERM, by --on-exit. Settings may also stand in /etc/meissa/agent.yaml, under the names of the flags.`
  static override flags = {
    ...agentFlags,
    config: Flags.string({
      summary: 'file with settings (default: /etc/meissa/agent.yaml)',
      helpValue: 'FILE',
      env: 'CTL_AGENT_CONFIG',
    }),
  }
  static override examples = [
    'ctl agent --metadata role=web,zone=1',
    'ctl agent --name web-1 --state-dir /var/lib/meissa --on-exit drain',
  ]

  protected override readonly asker = 'agent'

  async run(): Promise<void> {
    const {flags} = await this.parse(AgentCommand)
    const choices = chooseSettings(flags, await readSettingsFile(flags.config, settingNames))
    const log = lineLog(line => process.stderr.write(line), choices.logLevel)
    const {runAgent} = await import('../lib/agent/run-agent.ts')
    const {apiOpener} = await import('../lib/cli/agent/open-api.ts')
    const {leadInThread} = await import('../lib/cli/agent/engine-thread.ts')
    const {explainInThread} = await import('../lib/cli/agent/why-thread.ts')
    const openDriver = await driverOpener(choices)
    const {settings, api} = choices
    const {version} = this.config
    const metrics = new Metrics()
    const etcd = await etcdOptions(flags)
    const program = process.argv[1] ?? ''
    const serve = apiOpener({settings: api, version, log, metrics, explain: explainInThread(etcd, program)})
    const lead = leadInThread(etcd, {program, log, logLevel: choices.logLevel})
    await this.withStore(flags, (store, signal) =>
      runAgent({settings, version, store, openDriver, log, metrics, serve, apiSocket: api.socket, lead, signal}),
    )
  }
}
