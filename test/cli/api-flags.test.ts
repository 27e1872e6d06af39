import {expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {type AgentFlagValues, chooseSettings} from '../../src/lib/cli/agent/agent-flags.ts'

const cert = {'api-cert': '/c', 'api-key': '/k'}
const ca = {'api-client-ca': '/ca'}
const tokens = {'api-tokens': '/t'}
const loopback = {'api-insecure-loopback': 'yes'}
const local = {host: '127.0.0.1', port: 8080}
const far = {host: '10.0.0.1', port: 8443}
const files = {cert: '/c', key: '/k'}

test.each<[name: string, flags: AgentFlagValues, listeners: readonly object[]]>([
  ['no address', {...cert, ...ca}, []],
  [
    'TLS for certificates',
    {'api-listen': '10.0.0.1:8443', ...cert, ...ca},
    [{kind: 'tls', address: far, files: {...files, clientCa: '/ca'}}],
  ],
  ['TLS for tokens', {'api-listen': '10.0.0.1:8443', ...cert, ...tokens}, [{kind: 'tls', address: far, files}]],
  ['TLS on loopback', {'api-listen': '127.0.0.1:8080', ...cert, ...tokens}, [{kind: 'tls', address: local, files}]],
  ['plain HTTP on loopback', {'api-listen': '127.0.0.1:8080', ...loopback}, [{kind: 'loopback', address: local}]],
  [
    'both',
    {'api-listen': ' 127.0.0.1:8080, 10.0.0.1:8443,', ...loopback, ...cert, ...tokens},
    [
      {kind: 'loopback', address: local},
      {kind: 'tls', address: far, files},
    ],
  ],
])('%s', (_, flags, listeners) => {
  expect(chooseSettings(flags, {}).api.listeners).toEqual(listeners)
})

test.each<[name: string, flags: AgentFlagValues, message: string]>([
  ['an address that is none', {'api-listen': '8443', ...cert, ...ca}, '--api-listen: "8443" is no address'],
  ['no certificate', {'api-listen': '10.0.0.1:8443', ...ca}, '--api-listen 10.0.0.1:8443 speaks TLS only: --api-cert is missing'],
  ['no key', {'api-listen': '10.0.0.1:8443', 'api-cert': '/c', ...ca}, '--api-key is missing'],
  ['nobody to come in', {'api-listen': '10.0.0.1:8443', ...cert}, '--api-client-ca and --api-tokens are missing'],
  ['plain HTTP for others', {'api-listen': '10.0.0.1:8443', ...loopback}, '--api-cert is missing'],
  ['plain HTTP for all', {'api-listen': '0.0.0.0:8080', ...loopback, ...tokens}, '--api-cert is missing'],
  ['plain HTTP unsaid', {'api-listen': '127.0.0.1:8080'}, '--api-cert is missing'],
  ['plain HTTP said otherwise', {...loopback, 'api-insecure-loopback': 'maybe'}, '--api-insecure-loopback: "maybe" is none of'],
  ['a socket that is no path', {'api-socket': 'api.sock'}, '--api-socket: "api.sock" is no absolute path, nor none'],
  ['a socket with a long path', {'api-socket': `/${'x'.repeat(107)}`}, 'longer than the 107 bytes'],
])('%s is refused', (_, flags, message) => {
  expect(() => chooseSettings(flags, {})).toThrow(UsageError)
  expect(() => chooseSettings(flags, {})).toThrow(message)
})
