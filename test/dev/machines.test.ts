import {expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {type DevMachine, parseMachines} from '../../src/lib/dev/machines.ts'

test.each<[name: string, specs: readonly string[], machines: readonly DevMachine[]]>([
  ['none', [], []],
  ['one by its name', ['a'], [{name: 'a', metadata: '', address: '127.1.2.1'}]],
  [
    'several, each with an address of its own',
    ['a', 'web-1', 'B_2.x'],
    [
      {name: 'a', metadata: '', address: '127.1.2.1'},
      {name: 'web-1', metadata: '', address: '127.1.2.2'},
      {name: 'B_2.x', metadata: '', address: '127.1.2.3'},
    ],
  ],
  ['one with metadata', ['a,role=web,zone=1'], [{name: 'a', metadata: 'role=web,zone=1', address: '127.1.2.1'}]],
])('%s', (_, specs, machines) => {
  expect(parseMachines(specs, '127.1.2')).toEqual(machines)
})

test('250 machines have 250 addresses of one network', () => {
  const machines = parseMachines(
    Array.from({length: 250}, (_, at) => `m${at}`),
    '127.1.2',
  )
  expect(new Set(machines.map(({address}) => address)).size).toBe(250)
  expect(machines.at(-1)?.address).toBe('127.1.2.250')
})

test.each<[name: string, specs: readonly string[], message: string]>([
  ['no name', [''], '--machine "": "" cannot be a machine\'s name'],
  ['metadata alone', ['role=web'], '--machine "role=web": "role=web" cannot be a machine\'s name'],
  ['a name that is a path', ['../a'], "cannot be a machine's name"],
  ['a name that is hidden', ['.a'], "cannot be a machine's name"],
  ['a name of 33 letters', ['x'.repeat(33)], "cannot be a machine's name"],
  ['metadata that is no key=value', ['a,role'], 'metadata "role" is no key=value'],
  ['a name given twice', ['a', 'b', 'a,role=web'], '--machine: a is given twice'],
  ['more than there are addresses', Array.from({length: 251}, (_, at) => `m${at}`), '--machine: at most 250 machines'],
])('%s is refused', (_, specs, message) => {
  expect(() => parseMachines(specs, '127.1.2')).toThrow(UsageError)
  expect(() => parseMachines(specs, '127.1.2')).toThrow(message)
})
