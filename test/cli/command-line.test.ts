import {expect, test} from 'vitest'
import {readCommandLine} from '../../src/lib/cli/program/command-line.ts'
import {slipsBetween, suggest} from '../../src/lib/cli/suggest.ts'

const commands = [
  {id: 'start', flags: {endpoints: {name: 'endpoints', type: 'option' as const, char: 'e' as const}}},
  {id: 'list-units', flags: {full: {name: 'full', type: 'boolean' as const, allowNo: false}}},
  {id: 'list-unit-files', flags: {}},
  {id: 'restart', flags: {}},
  {id: 'status', flags: {}},
  {id: 'status-all', flags: {}, hidden: true},
  {id: 'autocomplete', flags: {}},
  {id: 'autocomplete:script', flags: {}},
  {id: 'context:use', flags: {}},
  {id: 'context:unset', flags: {}},
  {id: 'context:list', flags: {}},
  {id: 'ssh', flags: {machine: {name: 'machine', type: 'option' as const, char: 'm' as const}}},
  {id: 'exec', flags: {}},
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
  {typed: 'autocomplete scr', id: 'autocomplete', argv: ['scr']},
  {typed: 'context use here', id: 'context:use', argv: ['here']},
  {typed: 'context', id: 'context', argv: []},
  {typed: 'context li', id: 'context:list', argv: []},
  {typed: 'con us here', id: 'context:use', argv: ['here']},
  {typed: 'con --endpoints x use', id: 'context', argv: ['--endpoints', 'x', 'use']},
  {typed: 'context u', id: 'context', argv: ['u'], ambiguous: ['context use', 'context unset']},
  {typed: 'context nothing', id: 'context', argv: ['nothing']},
  {typed: 'r web', id: 'restart', argv: ['web']},
  {typed: 'stat', id: 'status', argv: []},
  {typed: 'sta', id: 'sta', argv: [], ambiguous: ['start', 'status']},
  {typed: 'list-u -o json', id: 'list-u', argv: ['-o', 'json'], ambiguous: ['list-units', 'list-unit-files']},
  {typed: 'status-all', id: 'status-all', argv: []},
  {typed: 'strat web', id: 'strat', argv: ['web']},
  {typed: 'start web --help', id: 'start', argv: ['web'], help: true},
  {typed: 'start -h', id: 'start', argv: [], help: true},
  {typed: 'start web -- --help --debug', id: 'start', argv: ['web', '--', '--help', '--debug']},
  {typed: 'ssh web df -h', id: 'ssh', argv: ['web', 'df', '-h']},
  {typed: 'ssh -h', id: 'ssh', argv: [], help: true},
  {typed: 'ssh web -h', id: 'ssh', argv: ['web'], help: true},
  {typed: 'ssh --machine web df --help', id: 'ssh', argv: ['--machine', 'web', 'df', '--help']},
  {typed: 'ssh -m web df --debug', id: 'ssh', argv: ['-m', 'web', 'df', '--debug']},
  {typed: '--endpoints x exec web@1 ls -h', id: 'exec', argv: ['--endpoints', 'x', 'web@1', 'ls', '-h']},
  {typed: '--debug start', id: 'start', argv: [], debug: true},
  {typed: '--version', id: undefined, argv: ['--version'], version: true},
  {typed: 'start --version', id: 'start', argv: ['--version']},
])('ctl $typed', ({typed, id, argv, help = false, debug = false, version = false, ambiguous}) => {
  const words = typed.split(' ').filter(word => word !== '')
  expect(readCommandLine(words, commands)).toEqual({
    ...{id, argv, help, debug, version},
    ...(ambiguous === undefined ? {} : {ambiguous}),
  })
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
