import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type Role, roles} from '../../../src/lib/api/http.ts'
import {formatAddress, isLoopback, parseAddress} from '../../../src/lib/api/server/addresses.ts'
import {certificateRole, mayDo} from '../../../src/lib/api/server/caller.ts'
import {parseTarget} from '../../../src/lib/api/server/request-target.ts'
import {hashSecret, parseTokens, tokenLine, tokenOf} from '../../../src/lib/api/server/tokens.ts'

describe('addresses', () => {
  test.each<[text: string, host: string, port: number, loopback: boolean]>([
    ['127.0.0.1:8080', '127.0.0.1', 8080, true],
    ['127.1.2.3:0', '127.1.2.3', 0, true],
    ['0.0.0.0:8080', '0.0.0.0', 8080, false],
    ['10.0.0.1:65535', '10.0.0.1', 65535, false],
    ['[::1]:8080', '::1', 8080, true],
    ['[::]:8080', '::', 8080, false],
    ['localhost:80', 'localhost', 80, true],
    ['web-1.example.org:80', 'web-1.example.org', 80, false],
    ['127.evil.example:80', '127.evil.example', 80, false],
  ])('%s', (text, host, port, loopback) => {
    expect(parseAddress(text)).toEqual({host, port})
    expect(formatAddress({host, port})).toBe(text)
    expect(isLoopback(host)).toBe(loopback)
  })

  test.each([
    '',
    '8080',
    ':8080',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:x',
    '::1:8080',
    '[::1]',
    '[x]:80',
    'a b:80',
    '1.2.3:80',
    'h:65536',
    'unix:/run/x',
  ])('%j is none', text => {
    expect(parseAddress(text)).toBeUndefined()
  })
})

test.each([
  ['/', '/', ''],
  ['/a?b', '/a', 'b'],
  ['/a?b?c', '/a', 'b?c'],
  ['/a?', '/a', ''],
  ['//a', '//a', ''],
  ['http://x', '/', ''],
  ['http://x?q=1', '/', 'q=1'],
  ['HTTPS://x:1/a/b?q', '/a/b', 'q'],
])('the target %s is for %s with %j', (target, path, query) => {
  expect(parseTarget(target)).toEqual({path, query})
})

test.each(['*', '', 'a', 'host:80', 'ftp://x/a', '?a'])('the target %j is for no path', target => {
  expect(parseTarget(target)).toBeUndefined()
})

test.each<[units: readonly string[], role: Role]>([
  [[], 'read'],
  [['berlin'], 'read'],
  [['admin'], 'admin'],
  [['read', 'operate'], 'operate'],
  [['admin', 'read'], 'admin'],
  [['Admin', 'admins'], 'read'],
])('the units %j are %s', (units, role) => {
  expect(certificateRole(units)).toBe(role)
})

test('each role may what the one before may', () => {
  expect(roles.map(has => roles.filter(takes => mayDo(has, takes)))).toEqual([
    ['read'],
    ['read', 'operate'],
    ['read', 'operate', 'admin'],
  ])
})

describe('tokens', () => {
  const token = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_.@-]{1,64}$/),
    role: fc.constantFrom(...roles),
    secret: fc.string({minLength: 1}),
  })

  test('are read as they are written, and each secret finds its own', () => {
    fc.assert(
      fc.property(fc.uniqueArray(token, {selector: ({secret}) => secret}), fc.string(), (given, guess) => {
        const tokens = given.map(({name, role, secret}) => ({name, role, hash: hashSecret(secret)}))
        const read = parseTokens('tokens', tokens.map(tokenLine).join('\n# and\n'))
        expect(read).toEqual(tokens)
        for (const [at, {secret}] of given.entries()) expect(tokenOf(read, secret)).toEqual(tokens[at])
        if (!given.some(({secret}) => secret === guess)) expect(tokenOf(read, guess)).toBeUndefined()
      }),
    )
  })

  const hash = 'a'.repeat(64)
  test.each([
    'x',
    'a:read',
    'a:read:abc',
    `a:king:${hash}`,
    `:read:${hash}`,
    `a b:read:${hash}`,
    `a:read:${hash}:x`,
    `a:read:${hash}0`,
    `a:read:${'g'.repeat(64)}`,
  ])('%j is none, and is not repeated', line => {
    expect(() => parseTokens('file', `\n${line}`)).toThrow(/^file:2: no token$/)
  })
})
