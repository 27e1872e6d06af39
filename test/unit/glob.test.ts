import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {compileGlob, matchesGlob} from '../../src/lib/unit/glob.ts'

describe('a glob', () => {
  test.each<[string, string, boolean]>([
    ['*', 'foo.service', true],
    ['foo.*', 'foo.service', true],
    ['foo@*.service', 'foo@1.service', true],
    ['foo@[abc].service', 'foo@b.service', true],
    ['foo@?.service', 'foo@1.service', true],
    ['bar.*', 'foo.service', false],
    ['foo@?.service', 'foo@12.service', false],
    ['abc', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', '-', true],
    ['[\\-x]', 'a', false],
    ['*x', 'xxx', true],
    ['', '', true],
    ['', 'a', false],
    ['*[^x]*c', 'ab/c', false],
    ['*a*b', 'aab', true],
  ])('%j on %j: %s', (pattern, name, matches) => {
    expect(matchesGlob(pattern, name)).toBe(matches)
  })

  test.each(['[', '[a', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[^', '[^]', 'a[', 'a\\', '[a-'])(
    '%j is malformed',
    pattern => {
      expect(compileGlob(pattern)).toBeUndefined()
      expect(matchesGlob(pattern, pattern)).toBe(false)
    },
  )

  test('of plain characters matches itself alone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9@._-]*$/), fc.stringMatching(/^[a-z0-9@._-]*$/), (pattern, name) => {
        expect(matchesGlob(pattern, name)).toBe(pattern === name)
        expect(matchesGlob('*', name)).toBe(true)
        expect(matchesGlob(`${pattern}*`, pattern + name)).toBe(true)
      }),
    )
  })

  test('with many stars takes no longer than its lengths ask', () => {
    const matches = compileGlob(`${'a*'.repeat(60)}b`)
    const before = performance.now()
    expect(matches?.('a'.repeat(256))).toBe(false)
    expect(performance.now() - before).toBeLessThan(1000)
  })
})
