import {Args, Command, Flags} from '@oclif/core'
import {openStore} from '../lib/cli/connection.ts'
import {interruptSignal} from '../lib/cli/interrupt.ts'

/** A whole cluster on one host, for as long as it is wanted. */
export default class Dev extends Command {
  static override summary = 'Run a cluster of several machines on this host, for trying and testing'
  static override description =
    `Starts an etcd and one agent a machine, all on this host's Docker. With a command, runs it on that cluster, removes
everything and ends with the command's exit code. Without one stays until ^C.`
  static override strict = false
  static override args = {command: Args.string({description: 'what to run on the cluster, after --'})}
  static override flags = {
    machine: Flags.string({
      char: 'm',
      summary: 'a machine with its metadata; may be repeated',
      helpValue: 'a,role=web',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'docker-host': Flags.string({summary: 'Docker to use', env: 'DOCKER_HOST'}),
    ttl: Flags.string({summary: 'how long a machine may be silent before it counts as lost', default: '4s'}),
    driver: Flags.option({options: ['docker', 'noop'] as const, default: 'docker', hidden: true})(),
  }
  static override examples = [
    'ctl dev',
    'ctl dev --machine a,role=web,zone=1 --machine b,role=db',
    'ctl dev -m a -m b -- ctl list-machines',
  ]

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Dev)
    const {runDev} = await import('../lib/dev/run-dev.ts')
    const code = await runDev({
      machines: flags.machine ?? ['a,role=web,zone=1', 'b,role=web,zone=2', 'c,role=db,zone=1'],
      dockerHost: flags['docker-host'] || undefined,
      driver: flags.driver,
      ttl: flags.ttl,
      command: argv.map(String),
      ctl: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
      openStore: endpoint => openStore({endpoints: endpoint, prefix: '/meissa/v1/'}),
      signal: interruptSignal(),
    })
    this.exit(code)
  }
}
