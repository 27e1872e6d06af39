import {Config} from '@oclif/core'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {ClusterCommand} from '../../src/lib/cli/cluster-command.ts'
import {clusterFlags} from '../../src/lib/cli/context/flags.ts'
import {oclifOptions} from '../../src/lib/cli/program/program.ts'
import {outputOf} from './output.ts'
import {withDirectory} from './temporary-directory.ts'

const contexts = `current: production
contexts:
  production: {endpoints: "http://127.0.0.1:1", user: "me:secret", tunnel: bastion, ssh-port: 2222, strict-host-key-checking: no}
  staging: {endpoints: "http://127.0.0.1:2", cacert: ca.pem}
`

/** A command that says what flags it has. */
class Probe extends ClusterCommand {
  protected override readonly writes: boolean
  protected override readonly asker: 'person' | 'agent' | 'shell'

  constructor(argv: string[], config: Config, as: {writes?: boolean; asker?: 'person' | 'agent' | 'shell'} = {}) {
    super(argv, config)
    this.writes = as.writes ?? false
    this.asker = as.asker ?? 'person'
  }

  async run() {
    const {flags} = await this.parse(Probe)
    return flags
  }

  async opened(): Promise<void> {
    const {flags} = await this.parse(Probe)
    await this.withStore({...flags, tunnel: undefined}, async () => {})
  }
}

const program = {name: 'ctl', version: '0.0.0', description: '', commands: []}
const config = await Config.load(oclifOptions(program, import.meta.dirname))
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^(CTL|ETCDCTL|FLEETCTL)_/.test(name)) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

type Environment = Readonly<Record<string, string>>

/** Calls `use` with this environment, and a config file of this text. */
async function within<T>(environment: Environment, text: string, use: () => Promise<T>): Promise<T> {
  return withDirectory({'config.yaml': text}, async directory => {
    vi.stubEnv('CTL_CONFIG', `${directory}/config.yaml`)
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    return use()
  })
}

const flagsOf = (
  argv: readonly string[],
  environment: Environment = {},
  text = '',
  as: ConstructorParameters<typeof Probe>[2] = {},
) => within(environment, text, () => new Probe([...argv], config, as).run())

describe('flags', () => {
  test.each<[name: string, argv: readonly string[], environment: Environment, flags: Readonly<Record<string, unknown>>]>([
    ['defaults', [], {}, {endpoints: 'http://127.0.0.1:2379', prefix: '/meissa/v1/', tunnel: undefined, user: undefined}],
    ['etcdctl’s', [], {ETCDCTL_ENDPOINTS: 'c', ETCDCTL_USER: 'c:c'}, {endpoints: 'c', user: 'c:c'}],
    ['ours before etcdctl’s', [], {CTL_USER: 'b:b', ETCDCTL_USER: 'c:c'}, {user: 'b:b'}],
    ['flags before ours', ['--user', 'a:a'], {CTL_USER: 'b:b'}, {user: 'a:a'}],
    ['etcdctl’s where ours are empty', [], {CTL_ENDPOINTS: '', ETCDCTL_ENDPOINTS: 'c'}, {endpoints: 'c'}],
    ['fleetctl’s tunnel', [], {FLEETCTL_TUNNEL: 'f', FLEETCTL_SSH_USERNAME: 'core'}, {tunnel: 'f', 'ssh-username': 'core'}],
    [
      'variables that are no texts',
      [],
      {CTL_SSH_PORT: '22', CTL_STRICT_HOST_KEY_CHECKING: 'false'},
      {'ssh-port': 22, 'strict-host-key-checking': false},
    ],
    ['a flag that is off', ['--no-strict-host-key-checking'], {}, {'strict-host-key-checking': false}],
  ])('%s', async (_, argv, environment, flags) => {
    expect(await flagsOf(argv, environment)).toMatchObject(flags)
  })

  test.each(Object.keys(clusterFlags).filter(name => !['context', 'ssh-port', 'strict-host-key-checking'].includes(name)))(
    '--%s has its variable',
    async name => {
      const variable = `CTL_${name.toUpperCase().replaceAll('-', '_')}`
      expect(Object.entries(await flagsOf([], {[variable]: 'x'}))).toContainEqual([name, 'x'])
      expect(Object.entries(await flagsOf([`--${name}`, 'y'], {[variable]: 'x'}))).toContainEqual([name, 'y'])
    },
  )

  test('those of the current context', async () => {
    expect(await flagsOf([], {}, contexts)).toMatchObject({
      endpoints: 'http://127.0.0.1:1',
      user: 'me:secret',
      tunnel: 'bastion',
      'ssh-port': 2222,
      'strict-host-key-checking': false,
    })
  })

  test.each<[by: string, argv: readonly string[], environment: Environment]>([
    ['flag', ['--context', 'staging'], {CTL_ENDPOINTS: 'b'}],
    ['variable', [], {CTL_CONTEXT: 'staging'}],
  ])('those of one that was chosen by %s', async (_, argv, environment) => {
    expect(await flagsOf(argv, environment, contexts)).toMatchObject({endpoints: 'http://127.0.0.1:2', tunnel: undefined})
  })

  test('a context that is not there is told', async () => {
    await expect(flagsOf(['--context', 'x'], {}, contexts)).rejects.toThrow('no context x')
  })

  test('a broken file does not stop a command that needs none', async () => {
    await expect(flagsOf([], {}, '- x')).rejects.toThrow(UsageError)
    expect(await flagsOf(['--endpoints', 'a'], {}, '- x')).toMatchObject({endpoints: 'a'})
  })
})

describe('an agent', () => {
  const agent = (argv: readonly string[], environment: Environment = {}) => flagsOf(argv, environment, contexts, {asker: 'agent'})

  test('takes no context but one that it is told', async () => {
    expect(await agent([])).toMatchObject({endpoints: 'http://127.0.0.1:2379', user: undefined, tunnel: undefined})
    expect(await agent([], {CTL_CONTEXT: 'staging', FLEETCTL_TUNNEL: 'f'})).toMatchObject({endpoints: 'http://127.0.0.1:2379'})
    expect(await agent(['--context', 'staging'])).toMatchObject({endpoints: 'http://127.0.0.1:2'})
  })

  test.each<[name: string, argv: readonly string[], environment: Environment]>([
    ['by flag', ['--tunnel', 'x'], {}],
    ['by variable', [], {CTL_TUNNEL: 'x'}],
    ['by context', ['--context', 'production'], {}],
  ])('refuses a tunnel %s', async (_, argv, environment) => {
    await expect(agent(argv, environment)).rejects.toThrow(UsageError)
  })
})

describe('what is told', () => {
  const told = async (
    argv: readonly string[],
    environment: Environment,
    text: string,
    as: ConstructorParameters<typeof Probe>[2],
  ) => {
    const {err} = await within(environment, text, () => outputOf(() => new Probe([...argv], config, as).opened()))
    return err
  }
  const warning =
    'warning: FLEETCTL_ENDPOINT names fleet’s API, not etcd, and is not used; --endpoints or CTL_ENDPOINTS says where etcd is\n'
  const fleet = {FLEETCTL_ENDPOINT: 'http://x'}
  const one = 'contexts:\n  a: {endpoints: "http://127.0.0.1:1"}\n'

  test.each<
    [
      name: string,
      argv: readonly string[],
      environment: Environment,
      text: string,
      as: ConstructorParameters<typeof Probe>[2],
      err: string,
    ]
  >([
    ['nothing where nothing is changed', [], {}, contexts, {}, ''],
    ['nothing without contexts', [], {}, '', {writes: true}, ''],
    ['nothing with one context', [], {}, one, {writes: true}, ''],
    [
      'the context before a change',
      [],
      {},
      contexts,
      {writes: true},
      'context: production (http://127.0.0.1:1 through bastion)\n',
    ],
    [
      'that it is none, and what says so',
      [],
      {CTL_ENDPOINTS: 'http://127.0.0.1:3'},
      contexts,
      {writes: true},
      'context: none (http://127.0.0.1:3, by CTL_ENDPOINTS)\n',
    ],
    ['that fleetctl’s endpoint is not etcd’s', [], fleet, '', {}, warning],
    ['nothing of it where something else says where', ['--endpoints', 'http://127.0.0.1:3'], fleet, '', {}, ''],
    ['nothing of it where a context does', [], fleet, contexts, {}, ''],
    ['nothing of it while a shell completes', [], fleet, '', {asker: 'shell'}, ''],
  ])('%s', async (_, argv, environment, text, as, err) => {
    expect(await told(argv, environment, text, as)).toBe(err)
  })

  test('unknown keys', async () => {
    expect(await told([], {}, 'contexts:\n  a: {colour: blue}\n', {})).toMatch(
      /^warning: .*config\.yaml:2:7: contexts\.a: unknown key "colour"\n$/,
    )
  })
})
