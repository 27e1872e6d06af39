import {describe, expect, test} from 'vitest'
import type {SettingsFile} from '../../src/lib/agent/settings.ts'
import {UsageError} from '../../src/lib/base/errors.ts'
import {
  type AgentChoices,
  type AgentFlagValues,
  agentFlags,
  chooseSettings,
  settingNames,
} from '../../src/lib/cli/agent/agent-flags.ts'

const defaults: AgentChoices = {
  settings: {
    machineId: undefined,
    name: undefined,
    metadata: {},
    address: undefined,
    stateDirectory: '/var/lib/meissa',
    ttlSeconds: 10,
    onExit: 'keep',
    drainSeconds: 120,
    environmentFile: '/etc/environment',
    engine: true,
    offer: {capacity: {}, reserve: {}},
  },
  dockerHost: undefined,
  drivers: 'automatic',
  namePrefix: undefined,
  publishAddress: undefined,
  api: {socket: '/run/meissa/api.sock', group: undefined, listeners: [], tokens: undefined},
  logLevel: 'info',
}

interface Parts extends Partial<Omit<AgentChoices, 'settings' | 'api'>> {
  readonly settings?: Partial<AgentChoices['settings']>
  readonly api?: Partial<AgentChoices['api']>
}
const withDefaults = ({settings, api, ...rest}: Parts): AgentChoices => ({
  ...defaults,
  ...rest,
  settings: {...defaults.settings, ...settings},
  api: {...defaults.api, ...api},
})

test('without flags and file the defaults are chosen', () => {
  expect(chooseSettings({}, {})).toEqual(defaults)
})

type Name = keyof AgentFlagValues
const values: readonly (readonly [name: Name, text: string, parts: Parts])[] = [
  ['machine-id', 'a.b_c-1', {settings: {machineId: 'a.b_c-1'}}],
  ['name', 'one', {settings: {name: 'one'}}],
  ['metadata', 'role=web, zone=1', {settings: {metadata: {role: 'web', zone: '1'}}}],
  ['address', '10.0.0.1', {settings: {address: '10.0.0.1'}}],
  ['state-dir', '/tmp/x', {settings: {stateDirectory: '/tmp/x'}}],
  ['ttl', '2s', {settings: {ttlSeconds: 2}}],
  ['ttl', '1min 30s', {settings: {ttlSeconds: 90}}],
  ['on-exit', 'drain', {settings: {onExit: 'drain'}}],
  ['on-exit', 'leave', {settings: {onExit: 'leave'}}],
  ['drain-timeout', '0', {settings: {drainSeconds: 0}}],
  ['drain-timeout', 'infinity', {settings: {drainSeconds: Infinity}}],
  ['capacity', 'cpu=4,gpu=2', {settings: {offer: {capacity: {cpus: 4, devices: {gpu: 2}}, reserve: {}}}}],
  ['reserve', 'memory=1G', {settings: {offer: {capacity: {}, reserve: {memoryBytes: 1024 ** 3}}}}],
  ['engine', 'no', {settings: {engine: false}}],
  ['engine', 'false', {settings: {engine: false}}],
  ['engine', 'yes', {settings: {engine: true}}],
  ['engine', 'true', {settings: {engine: true}}],
  ['docker-host', 'tcp://10.0.0.1:2375', {dockerHost: 'tcp://10.0.0.1:2375'}],
  ['driver', 'noop', {drivers: ['noop']}],
  ['driver', 'docker, systemd', {drivers: ['docker', 'systemd']}],
  ['driver', 'auto', {drivers: 'automatic'}],
  ['environment-file', 'none', {settings: {environmentFile: undefined}}],
  ['environment-file', '/etc/machine', {settings: {environmentFile: '/etc/machine'}}],
  ['name-prefix', 'x-', {namePrefix: 'x-'}],
  ['publish-address', '127.0.0.2', {publishAddress: '127.0.0.2'}],
  ['api-socket', '/run/x.sock', {api: {socket: '/run/x.sock'}}],
  ['api-socket', 'none', {api: {socket: undefined}}],
  ['api-group', 'docker', {api: {group: 'docker'}}],
  ['api-tokens', '/etc/meissa/tokens', {api: {tokens: '/etc/meissa/tokens'}}],
  ['log-level', 'debug', {logLevel: 'debug'}],
]

test('every setting is among the cases, but for those that need each other', () => {
  const together = ['api-listen', 'api-cert', 'api-key', 'api-client-ca', 'api-insecure-loopback']
  expect(settingNames.filter(name => !values.some(([each]) => each === name))).toEqual(together)
})

describe.each(values)('%s as %j', (name, text, parts) => {
  test('is taken from its flag', () => {
    expect(chooseSettings({[name]: text}, {})).toEqual(withDefaults(parts))
  })
  test('is taken from the file', () => {
    expect(chooseSettings({}, {[name]: text})).toEqual(withDefaults(parts))
  })
})

test.each<[name: string, flags: AgentFlagValues, file: SettingsFile, chosen: string | undefined]>([
  ['a flag goes before the file', {name: 'flag'}, {name: 'file'}, 'flag'],
  ['the file goes before the default', {}, {name: 'file'}, 'file'],
  ['an empty flag is none', {name: ''}, {name: 'file'}, 'file'],
  ['an empty value in the file is none', {}, {name: ''}, undefined],
])('%s', (_, flags, file, chosen) => {
  expect(chooseSettings(flags, file).settings.name).toBe(chosen)
})

test.each<[name: Name, text: string, message: string, hint?: string]>([
  ['ttl', 'soon', '--ttl: "soon" is no time', '10s or 2min'],
  ['ttl', '10 parsecs', '--ttl: "10 parsecs" is no time', '10s or 2min'],
  ['ttl', '1s', '--ttl: at least 2s', 'etcd grants no shorter lease'],
  ['ttl', 'infinity', '--ttl: at least 2s'],
  ['drain-timeout', '-1s', '--drain-timeout: "-1s" is no time', '10s or 2min'],
  ['machine-id', 'a/b', '--machine-id: "a/b" cannot be an id', '1 to 64'],
  ['machine-id', 'x'.repeat(65), `--machine-id: "${'x'.repeat(65)}" cannot be an id`, '1 to 64'],
  ['metadata', 'role', 'metadata "role" is no key=value', 'role=web,zone=1'],
  ['metadata', '=web', 'metadata "=web" is no key=value', 'role=web,zone=1'],
  ['capacity', 'many', '--capacity: "many" cannot be read', 'cpu=4,memory=8G'],
  ['reserve', 'cpu=much', '--reserve: "cpu=much" cannot be read', '--reserve cpu=4'],
  ['on-exit', 'stop', '--on-exit: "stop" is none of keep, drain, leave'],
  ['engine', 'maybe', '--engine: "maybe" is none of yes, no, true, false'],
  ['driver', 'podman', '--driver: "podman" is none of docker, systemd, noop'],
  ['log-level', 'loud', '--log-level: "loud" is none of debug, info, warning, error'],
])('--%s %s is refused', (name, text, message, hint = '') => {
  for (const choose of [() => chooseSettings({[name]: text}, {}), () => chooseSettings({}, {[name]: text})]) {
    expect(choose).toThrow(UsageError)
    expect(choose).toThrow(expect.objectContaining({message, ...(hint === '' ? {} : {hint: expect.stringContaining(hint)})}))
  }
})

test('every flag says what it is for, and can be set from the environment', () => {
  for (const [name, {summary, env}] of Object.entries(agentFlags)) {
    expect([name, summary, env]).toEqual([name, expect.stringMatching(/./), expect.stringMatching(/^(CTL_|DOCKER_HOST)/)])
  }
})
