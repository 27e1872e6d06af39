import {execFileSync} from 'node:child_process'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {quoteWords} from '../../src/lib/hosts/ssh/quote.ts'

/** The words that a shell makes of a line. */
function readBySh(line: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], {encoding: 'utf8'})
    .split('\0')
    .slice(0, -1)
}

test.each([
  {words: ['ls', '-l', '/etc'], line: 'ls -l /etc'},
  {words: ['echo', ''], line: "echo ''"},
  {words: ["it's"], line: "'it'\\''s'"},
  {words: ['a b', '$HOME', '`x`', '~', 'a=b', '*', '--x=y'], line: "'a b' '$HOME' '`x`' '~' a=b '*' --x=y"},
  {words: ['=x', 'ü', 'a\nb'], line: "'=x' 'ü' 'a\nb'"},
])('$words as $line', ({words, line}) => {
  expect(quoteWords(words)).toBe(line)
})

test('a shell reads back what was written, whatever it is', () => {
  const word = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'\'"\\$`!*?~ \n\t#&;|<>(){}[]=-'),
      fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}),
    ),
  })
  const words = fc.array(
    word.filter(each => !each.includes('\0') && each.isWellFormed()),
    {minLength: 1, maxLength: 8},
  )
  fc.assert(
    fc.property(words, some => {
      expect(readBySh(quoteWords(some))).toEqual(some)
    }),
    {numRuns: 150},
  )
})
