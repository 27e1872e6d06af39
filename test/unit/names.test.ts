import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {expandNames, parseUnitName} from '../../src/lib/unit/names.ts'

describe('a unit name', () => {
  test.each([
    ['foo.service', {prefix: 'foo', type: 'service', isTemplate: false, isInstance: false}],
    ['foo@.service', {prefix: 'foo', type: 'service', isTemplate: true, isInstance: false}],
    [
      'foo@bar.service',
      {prefix: 'foo', instance: 'bar', type: 'service', isTemplate: false, isInstance: true, template: 'foo@.service'},
    ],
    [
      'foo@bar@baz.service',
      {prefix: 'foo', instance: 'bar@baz', type: 'service', isTemplate: false, isInstance: true, template: 'foo@.service'},
    ],
    ['foo.1@.service', {prefix: 'foo.1', type: 'service', isTemplate: true, isInstance: false}],
    [
      'foo.1@2.service',
      {prefix: 'foo.1', instance: '2', type: 'service', isTemplate: false, isInstance: true, template: 'foo.1@.service'},
    ],
    [
      'foo@1.2.service',
      {prefix: 'foo', instance: '1.2', type: 'service', isTemplate: false, isInstance: true, template: 'foo@.service'},
    ],
    ['ssh@.socket', {prefix: 'ssh', type: 'socket', isTemplate: true, isInstance: false}],
    [
      'ssh@1.socket',
      {prefix: 'ssh', instance: '1', type: 'socket', isTemplate: false, isInstance: true, template: 'ssh@.socket'},
    ],
  ])('%s is taken apart', (name, parts) => {
    expect(parseUnitName(name)).toEqual({name, ...parts})
  })

  test.each([
    'foo.service',
    'foo.socket',
    'foo.path',
    'foo.timer',
    'foo.mount',
    'foo.automount',
    'foo.device',
    'foo.swap',
    'foo.target',
    'foo.slice',
    'foo.scope',
    'foo.snapshot',
    'foo1.service',
    'foo:bar.service',
    'foo-bar_baz.service',
    'foo\\x20bar.service',
    '.hidden.service',
    'foo@.path',
    'foo@.target',
    'foo@1.timer',
    `${'x'.repeat(248)}.service`,
  ])('%s is valid', name => {
    expect(parseUnitName(name).name).toBe(name)
  })

  test.each([
    ['', 'cannot be empty'],
    ['foo', 'no known type'],
    ['foo.', 'no known type'],
    ['foo.unknown', 'no known type'],
    ['foo.network', 'no known type'],
    ['foo.Service', 'no known type'],
    ['.service', 'nothing before its type'],
    ['@.service', "starts with '@'"],
    ['@foo.service', "starts with '@'"],
    ['foo bar.service', "character ' '"],
    ['foo/bar.service', "character '/'"],
    ['foo!.service', "character '!'"],
    ['föö.service', "character 'ö'"],
    ['😀.service', "character '😀'"],
    ['foo*.service', "character '*'"],
    ['foo@{1..3.service', 'brace'],
    ['foo@1}.service', 'brace'],
    ['foo@1.mount', 'only path, service, socket, target, timer'],
    ['foo@.device', 'only path, service'],
    [`${'x'.repeat(249)}.service`, 'has 257 characters'],
  ])('%j is refused, with what to write', (name, words) => {
    const refused = expect.objectContaining({exitCode: 2, hint: expect.stringMatching(/write|close|end|only/)})
    expect(() => parseUnitName(name)).toThrow(UsageError)
    try {
      parseUnitName(name)
    } catch (error) {
      expect(error).toEqual(refused)
      expect(error instanceof UsageError ? `${error.message}; ${error.hint}` : '').toContain(words)
    }
  })

  test('is a name or a UsageError, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.stringMatching(/^[a-z@.{}]{1,12}(\.service)?$/)), text => {
        try {
          const {name, prefix, instance, type} = parseUnitName(text)
          expect(name).toBe(text)
          expect(`${prefix}${name.includes('@') ? '@' : ''}${instance ?? ''}.${type}`).toBe(text)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })
})

describe('an argument', () => {
  test.each([
    ['web@3', ['web@3.service']],
    ['web@3.service', ['web@3.service']],
    ['web', ['web.service']],
    ['web.timer', ['web.timer']],
    ['multi.target', ['multi.target']],
    ['foo.link', ['foo.link.service']],
    ['units/web.container', ['web.service']],
    ['web@{1,2}.container', ['web@1.service', 'web@2.service']],
    ['units/web@3.service', ['web@3.service']],
    ['./units/web', ['web.service']],
    ['web@{1..4}', ['web@1.service', 'web@2.service', 'web@3.service', 'web@4.service']],
    ['units/web@{1..2}.service', ['web@1.service', 'web@2.service']],
    ['web@{3..1}', ['web@3.service', 'web@2.service', 'web@1.service']],
    ['web@{08..10}', ['web@08.service', 'web@09.service', 'web@10.service']],
    ['web@{a,b}', ['web@a.service', 'web@b.service']],
    ['{web,db}@{1..2}', ['web@1.service', 'web@2.service', 'db@1.service', 'db@2.service']],
    ['web@{a,}', ['web@a.service', 'web@.service']],
    ['web@*', ['web@*.service']],
    ['web@{1..4', ['web@{1..4.service']],
  ])('%s stands for %j', (argument, names) => {
    expect(expandNames(argument)).toEqual(names)
  })

  test.each(['web@{}', 'web@{1}', 'web@{1..}', 'web@{a..c}', 'web@{1..999999}', 'web@{1..1000}{1..1000}'])(
    '%s is refused',
    argument => {
      expect(() => expandNames(argument)).toThrow(UsageError)
    },
  )

  test('gives names or a UsageError, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          expect(expandNames(text).length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })
})
