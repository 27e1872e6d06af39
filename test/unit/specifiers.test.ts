import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {resolvePlacementSpecifiers, resolveSpecifiers, unescapeName} from '../../src/lib/unit/specifiers.ts'
import {host} from './host.ts'

describe('specifiers', () => {
  test.each<[string, string, string]>([
    ['my-web@a-b.service', '%n', 'my-web@a-b.service'],
    ['my-web@a-b.service', '%N', 'my-web@a-b'],
    ['my-web@a-b.service', '%p %P', 'my-web my/web'],
    ['my-web@a-b.service', '%i %I', 'a-b a/b'],
    ['my-web@a-b.service', '%j %J', 'web web'],
    ['my-web@a-b.service', '%f', '/a/b'],
    ['my-web.service', '%f', '/my/web'],
    ['web@a\\x2db.service', '%i %I %f', 'a\\x2db a-b /a-b'],
    ['web.service', '[%i][%I]', '[][]'],
    ['web.service', '%p %j', 'web web'],
    ['web@.service', '%i %n', '1 web@.service'],
    ['web.service', '%H %l', 'one.example.com one'],
    ['web.service', '%m %b', '0123456789abcdef0123456789abcdef 11112222333344445555666677778888'],
    ['web.service', '%v %a', '6.1.0 x86-64'],
    ['web.service', '%t %S %C %L %E %T %V', '/run /var/lib /var/cache /var/log /etc /tmp /var/tmp'],
    ['web.service', '%D', '/usr/share'],
    ['web.service', '%u %U %g %G %h %s', 'root 0 root 0 /root /bin/sh'],
    ['web.service', '100%% %%i', '100% %i'],
    ['web.service', 'no specifier', 'no specifier'],
  ])('of %s: %s is %s', (name, text, resolved) => {
    expect(resolveSpecifiers(text, {name: parseUnitName(name), host})).toEqual({text: resolved, faults: []})
  })

  test.each(['%', '% x', '%é', '%😀', '50%-'])('%j stays as it is', text => {
    expect(resolveSpecifiers(text, {name: parseUnitName('web.service'), host})).toEqual({text, faults: []})
  })

  test.each(['%Y', '%y', '%d', '%c', '%r', '%R', '%1', '%Z', 'a %e b'])('%j is told and left as it is', text => {
    const {text: resolved, faults} = resolveSpecifiers(text, {name: parseUnitName('web.service'), host})
    expect(resolved).toBe(text)
    expect(faults).toEqual([expect.objectContaining({remedy: 'write %% for a percent sign', offset: text.indexOf('%')})])
  })

  test('of the operating system are empty where it says nothing, and stay where it is not known', () => {
    const name = parseUnitName('web.service')
    const osRelease = {ID: 'debian', VERSION_ID: '12', VARIANT_ID: 'server'}
    const known = resolveSpecifiers('%o %w %W <%B%M%A>', {name, host: {...host, osRelease}})
    expect(known).toEqual({text: 'debian 12 server <>', faults: []})
    const unknown = resolveSpecifiers('date +%H:%M', {name, host})
    expect(unknown).toEqual({text: 'date +one.example.com:%M', faults: [expect.objectContaining({offset: 9})]})
    expect(resolveSpecifiers('<%M>', {name})).toEqual({text: '<>', faults: []})
  })

  test('of the pretty name fall back to the short one', () => {
    const name = parseUnitName('web.service')
    expect(resolveSpecifiers('%q', {name, host}).text).toBe('one')
    expect(resolveSpecifiers('%q', {name, host: {...host, prettyHostname: 'Number one'}}).text).toBe('Number one')
  })

  test('of a machine have stand-ins before it is known', () => {
    const {text, faults} = resolveSpecifiers('%H %m %b %v %a', {name: parseUnitName('web.service')})
    expect(text).toBe(`localhost ${'0'.repeat(32)} ${'0'.repeat(32)} 0.0.0 x86-64`)
    expect(faults).toEqual([])
  })

  test.each([
    ['test.service', ['test.service', 'test', 'test', '', '%H %%']],
    ['ssh@2.service', ['ssh@2.service', 'ssh@2', 'ssh', '2', '%H %%']],
  ])('in [X-Fleet] of %s are four', (name, expected) => {
    const resolved = ['%n', '%N', '%p', '%i', '%H %%'].map(text => resolvePlacementSpecifiers(text, parseUnitName(name)))
    expect(resolved).toEqual(expected)
  })

  test.each([
    ['a-b', 'a/b'],
    ['a\\x2db', 'a-b'],
    ['\\xc3\\xa9', 'é'],
    ['plain', 'plain'],
  ])('%s unescaped is %s', (escaped, plain) => {
    expect(unescapeName(escaped)).toBe(plain)
  })

  test('never throw', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => void resolveSpecifiers(text, {name: parseUnitName('web@x.service')})),
    )
  })
})
