import {expect, test} from 'vitest'
import {readCommandLine} from '../../src/lib/cli/command-line.ts'
import {slipsBetween, suggest} from '../../src/lib/cli/suggest.ts'

const commands = [
  {id: 'start', flags: {endpoints: {name: 'endpoints', type: 'option' as const, char: 'e' as const}}},
  {id: 'list-units', flags: {full: {name: 'full', type: 'boolean' as const, allowNo: false}}},
  {id: 'autocomplete', flags: {}},
  {id: 'autocomplete:script', flags: {}},
]

test.each([
  {typed: '', id: undefined, argv: []},
  {typed: 'start web@1', id: 'start', argv: ['web@1']},
  {typed: '--endpoints http://a start web', id: 'start', argv: ['--endpoints', 'http://a', 'web']},
  {typed: '-e http://a start web', id: 'start', argv: ['-e', 'http://a', 'web']},
  {typed: '--endpoints=http://a start web', id: 'start', argv: ['--endpoints=http://a', 'web']},
  {typed: '--full list-units', id: 'list-units', argv: ['--full']},
  {typed: 'autocomplete script bash', id: 'autocomplete:script', argv: ['bash']},
  {typed: 'autocomplete bash', id: 'autocomplete', argv: ['bash']},
  {typed: 'start web --help', id: 'start', argv: ['web'], help: true},
  {typed: 'start -h', id: 'start', argv: [], help: true},
  {typed: 'start web -- --help --debug', id: 'start', argv: ['web', '--', '--help', '--debug']},
  {typed: '--debug start', id: 'start', argv: [], debug: true},
  {typed: '--version', id: undefined, argv: ['--version'], version: true},
  {typed: 'start --version', id: 'start', argv: ['--version']},
])('ctl $typed', ({typed, id, argv, help = false, debug = false, version = false}) => {
  const words = typed.split(' ').filter(word => word !== '')
  expect(readCommandLine(words, commands)).toEqual({id, argv, help, debug, version})
})

test.each([
  {typed: 'strat', meant: 'start'},
  {typed: 'list-unit', meant: 'list-units'},
  {typed: 'auto', meant: 'autocomplete'},
  {typed: 'destroy', meant: undefined},
])('$typed means $meant', ({typed, meant}) => {
  expect(suggest(typed, ['start', 'list-units', 'autocomplete'])).toBe(meant)
})

test.each([
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['abc', 'abcd', 1],
  ['kitten', 'sitting', 3],
])('between %j and %j are %i slips', (a, b, slips) => {
  expect(slipsBetween(a, b)).toBe(slips)
  expect(slipsBetween(b, a)).toBe(slips)
})
