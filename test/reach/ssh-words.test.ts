import {expect, test} from 'vitest'
import {partSshWords} from '../../src/lib/cli/ssh/words.ts'

const flags = {
  machine: {type: 'option', char: 'm'},
  unit: {type: 'option', char: 'u'},
  'ssh-port': {type: 'option'},
  'forward-agent': {type: 'boolean', char: 'A'},
  'strict-host-key-checking': {type: 'boolean', allowNo: true},
} as const

test.each([
  {line: 'web-1', own: 'web-1', command: ''},
  {line: 'web-1 ls -l /etc', own: 'web-1', command: 'ls -l /etc'},
  {line: 'web-1 -- ls -l', own: 'web-1', command: 'ls -l'},
  {line: '-A web-1 ls -A', own: '-A web-1', command: 'ls -A'},
  {line: 'web-1 -A ls -A', own: 'web-1 -A', command: 'ls -A'},
  {line: 'web-1 --ssh-port 2222 ls', own: 'web-1 --ssh-port 2222', command: 'ls'},
  {line: '--ssh-port=2222 web-1', own: '--ssh-port=2222 web-1', command: ''},
  {line: '--machine 4f1c', own: '--machine 4f1c', command: ''},
  {line: '--machine 4f1c ls -l', own: '--machine 4f1c', command: 'ls -l'},
  {line: '-u web@1 -- ls', own: '-u web@1', command: 'ls'},
  {line: '-m4f1c ls', own: '-m4f1c', command: 'ls'},
  {line: '--unit=web@1 -A ls', own: '--unit=web@1 -A', command: 'ls'},
  {line: 'web-1 -x ls', own: 'web-1', command: '-x ls'},
  {line: '--nope web-1 ls', own: '--nope web-1', command: 'ls'},
  {line: '--strict-host-key-checking=false web-1', own: '--no-strict-host-key-checking web-1', command: ''},
  {line: '--strict-host-key-checking=true web-1', own: '--strict-host-key-checking web-1', command: ''},
  {line: '--no-strict-host-key-checking web-1 ls', own: '--no-strict-host-key-checking web-1', command: 'ls'},
  {line: '', own: '', command: ''},
  {line: 'web-1 -- -- x', own: 'web-1', command: '-- x'},
])('ctl ssh $line', ({line, own, command}) => {
  const words = (text: string) => (text === '' ? [] : text.split(' '))
  expect(partSshWords(words(line), flags)).toEqual({own: words(own), command: words(command)})
})
