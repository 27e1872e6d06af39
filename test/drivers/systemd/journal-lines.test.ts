import {expect, test} from 'vitest'
import {linesOfStart} from '../../../src/lib/drivers/systemd/journal-lines.ts'

const entry = (message: unknown, own?: string, managers?: string) =>
  JSON.stringify({
    MESSAGE: message,
    ...(own === undefined ? {} : {_SYSTEMD_INVOCATION_ID: own}),
    ...(managers === undefined ? {} : {INVOCATION_ID: managers}),
  })

const journal = [
  entry('Started a.', 'pid1', 'i1'),
  entry('first', 'i1'),
  entry('Stopped a.', 'pid1', 'i1'),
  entry('Started a.', 'pid1', 'i2'),
  entry('second', 'i2'),
  entry('last words'),
  entry('a: Failed.', 'pid1', 'i2'),
].join('\n')

test.each([
  ['the first start', 'i1', ['Started a.', 'first', 'Stopped a.', 'last words']],
  ['the last start, with what has lost its invocation', 'i2', ['Started a.', 'second', 'last words', 'a: Failed.']],
  [
    'a start that is not known',
    'a.service',
    ['Started a.', 'first', 'Stopped a.', 'Started a.', 'second', 'last words', 'a: Failed.'],
  ],
])('%s', (_, invocation, lines) => {
  expect(linesOfStart(`${journal}\n`, invocation)).toEqual(lines)
})

test.each([
  ['bytes that are no text', [104, 105, 255], ['hi\uFFFD']],
  ['what is too long', null, ['']],
  ['several lines at once', 'one\ntwo', ['one', 'two']],
])('%s', (_, message, lines) => {
  expect(linesOfStart(entry(message, 'i'), 'i')).toEqual(lines)
})

test('an empty journal has no lines', () => {
  expect(linesOfStart('', 'i')).toEqual([])
})
