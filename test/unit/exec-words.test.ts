import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {Fault} from '../../src/lib/unit/fault.ts'
import {expandVariables, parseExecLine, splitWords} from '../../src/lib/unit/service/exec-words.ts'

describe('words', () => {
  test.each<[string, readonly string[]]>([
    ['a b  c\td', ['a', 'b', 'c', 'd']],
    ['', []],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['--env="A B"=c', ['--env=A B=c']],
    ['""', ['']],
    ['"it\'s" \'say "hi"\'', ["it's", 'say "hi"']],
    ['a\\ b', ['a\\ b']],
    ['\\"a\\" \\\\', ['"a"', '\\']],
    ['a\\tb\\nc\\sd', ['a\tb\nc d']],
    ['\\x41\\101\\u00e9\\U0001f600', ['AAé😀']],
    ['\\xc3\\xa9\\303\\251 \\xff', ['éé', '\uFFFD']],
    ['\\x00 \\000 \\400 \\u0000 \\ud800 \\U00110000', ['\\x00', '\\000', '\\400', '\\u0000', '\\ud800', '\\U00110000']],
    ['a"b c"d\'e f\'', ['ab cde f']],
    ["'\\x41'", ['A']],
    ['\\d+', ['\\d+']],
    ['end\\', ['end\\']],
  ])('of %j are %j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })

  test.each(['"open', "'open", 'a "b'])('of %j are refused', text => {
    expect(splitWords(text)).toBeInstanceOf(Fault)
  })

  test('never throw', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        splitWords(text)
        parseExecLine(text)
      }),
    )
  })
})

describe('an Exec line', () => {
  const plain = {ignoresFailure: false, expandsVariables: true, elevated: false, namesItself: false}
  test.each<[string, readonly unknown[]]>([
    ['/bin/a b', [{...plain, words: ['/bin/a', 'b']}]],
    ['-/bin/a', [{...plain, ignoresFailure: true, words: ['/bin/a']}]],
    ['-@/bin/a me x', [{...plain, ignoresFailure: true, namesItself: true, words: ['/bin/a', 'me', 'x']}]],
    [':/bin/a $b', [{...plain, expandsVariables: false, words: ['/bin/a', '$b']}]],
    ['+/bin/a', [{...plain, elevated: true, words: ['/bin/a']}]],
    ['!!/bin/a', [{...plain, elevated: true, words: ['/bin/a']}]],
    [
      '/bin/a ; -/bin/b c',
      [
        {...plain, words: ['/bin/a']},
        {...plain, ignoresFailure: true, words: ['/bin/b', 'c']},
      ],
    ],
    ['/bin/sh -c "grep -E \\d+\\.x"', [{...plain, words: ['/bin/sh', '-c', 'grep -E \\d+\\.x']}]],
    ['"-/bin/a b" c', [{...plain, ignoresFailure: true, words: ['/bin/a b', 'c']}]],
    ['|/bin/a "b c"', [{...plain, words: ['/bin/sh', '-c', '/bin/a b c']}]],
    [
      '+-:@/bin/a b',
      [{ignoresFailure: true, expandsVariables: false, elevated: true, namesItself: true, words: ['/bin/a', 'b']}],
    ],
    ['docker ps', [{...plain, words: ['docker', 'ps']}]],
    ['/bin/a ; "open', [{...plain, words: ['/bin/a']}]],
    ['/bin/a ; -b/ ; /bin/c', [{...plain, words: ['/bin/a']}]],
    ['/bin/a \\; ";" x;', [{...plain, words: ['/bin/a', ';', ';', 'x;']}]],
  ])('%s', (line, commands) => {
    expect(parseExecLine(line)).toEqual(commands)
  })

  test.each([
    '',
    ';',
    '"',
    '-',
    '- /bin/a',
    '--/bin/a',
    '+!/bin/a',
    'bin/a',
    './a',
    '/bin/',
    '@/bin/a',
    '/bin/a\\;',
    '/bin/a ; b/',
  ])('%j is refused', line => {
    expect(parseExecLine(line)).toBeInstanceOf(Fault)
  })
})

describe('variables', () => {
  const environment = {ONE: "'one' 'two two' too", TWO: 'x', EMPTY: '', OPTS: '-p 80:80  -d', ODD: 'a\\ b c"d" "e'}
  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['in place', ['${TWO}', 'a${TWO}b'], ['x', 'axb'], []],
    ['in place as one word', ['${ONE}'], ["'one' 'two two' too"], []],
    ['as words', ['$ONE', '$OPTS'], ['one', 'two two', 'too', '-p', '80:80', '-d'], []],
    ['as words by their own rules', ['$ODD'], ['a b', 'cd', 'e'], []],
    ['as no word', ['a', '$EMPTY', '${EMPTY}'], ['a', ''], []],
    ['without braces inside a word', ['a$TWO', 'a $TWO b'], ['a$TWO', 'a $TWO b'], []],
    ['with what is no name behind them, as words', ['a', '$TWO/b', '$1', '$', 'b'], ['a', 'b'], ['TWO/b', '1', '']],
    ['with what is no name, in braces', ['a${1}b', '${TWO-x}'], ['ab', ''], ['1', 'TWO-x']],
    ["as the shell's defaults", ['${NO:-x}', '${a:-${TWO}}'], ['${NO:-x}', '${a:-x}'], []],
    ['escaped', ['$$TWO', '$${TWO}', 'a$$'], ['$TWO', '${TWO}', 'a$'], []],
    ['unset', ['$NO', 'a${NO}b', '$toString'], ['ab'], ['NO', 'NO', 'toString']],
  ])('%s', (_, words, expanded, unset) => {
    expect(expandVariables(words, environment)).toEqual({words: expanded, unset: expect.arrayContaining([...unset])})
  })

  test('without a value may stay', () => {
    expect(expandVariables(['$NO', '${NO}', '$TWO'], environment, {keepUnset: true}).words).toEqual(['$NO', '${NO}', 'x'])
  })
})
