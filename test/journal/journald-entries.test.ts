import {expect, test} from 'vitest'
import {linesOfEntry} from '../../src/lib/journal/journald-entries.ts'

const base = {__REALTIME_TIMESTAMP: '1795240800123456', __CURSOR: 's=1', _PID: '42', SYSLOG_IDENTIFIER: 'sh'}

test.each<[name: string, fields: object, texts: readonly string[]]>([
  ['a text', {MESSAGE: 'hello'}, ['hello']],
  ['several lines', {MESSAGE: 'one\ntwo\n'}, ['one', 'two']],
  ['bytes', {MESSAGE: [104, 195, 169]}, ['hé']],
  ['bytes that are no UTF-8', {MESSAGE: [104, 255]}, ['h\ufffd']],
  ['too long to be printed', {MESSAGE: null}, ['']],
  ['a field given twice', {MESSAGE: ['first', 'second']}, ['first']],
  ['none', {}, ['']],
])('a message: %s', (_, fields, texts) => {
  expect(linesOfEntry(JSON.stringify({...base, ...fields}), 'a.service', 'm')).toEqual(
    texts.map(text => ({
      nanoseconds: 1_795_240_800_123_456_000n,
      unit: 'a.service',
      machine: 'm',
      stream: 'journal',
      identifier: 'sh',
      pid: 42,
      text,
    })),
  )
})

test.each([
  ['no JSON', '-- No entries --'],
  ['no object', '7'],
  ['no time', '{"MESSAGE":"x"}'],
])('%s is no entry', (_, entry) => {
  expect(linesOfEntry(entry, 'a.service', 'm')).toEqual([])
})

test('what was said by no process has no speaker', () => {
  const [line] = linesOfEntry('{"__REALTIME_TIMESTAMP":"1","MESSAGE":"x"}', 'a.service', 'm')
  expect(line).toEqual({nanoseconds: 1000n, unit: 'a.service', machine: 'm', stream: 'journal', text: 'x'})
})
