import {Chalk} from 'chalk'
import {expect, test} from 'vitest'
import {growingWidth, type JournalPageOptions, renderJournalLine} from '../../src/lib/cli/journal/page.ts'
import type {JournalLine} from '../../src/lib/journal/line.ts'

const time = new Date(2026, 10, 21, 9, 5, 7, 250).getTime()
const line: JournalLine = {
  nanoseconds: BigInt(time) * 1_000_000n + 1n,
  unit: 'web@1.service',
  machine: 'aaaa',
  stream: 'stdout',
  text: 'hello',
}
const said: JournalLine = {...line, stream: 'journal', identifier: 'sh', pid: 7}
const plain: JournalPageOptions = {
  style: 'short',
  prefix: false,
  chalk: new Chalk({level: 0}),
  nameOf: machine => `${machine}!`,
  widthFor: growingWidth(20),
}

test.each<[name: string, line: JournalLine, options: Partial<JournalPageOptions>, text: string]>([
  ['with its time', line, {}, 'Nov 21 09:05:07 hello\n'],
  ['of the journal, with who said it', said, {}, 'Nov 21 09:05:07 sh[7]: hello\n'],
  ['of a speaker without a process', {...line, identifier: 'kernel'}, {}, 'Nov 21 09:05:07 kernel: hello\n'],
  ['with whose it is', line, {prefix: true}, 'web@1.service aaaa!  | Nov 21 09:05:07 hello\n'],
  ['alone', said, {style: 'cat'}, 'hello\n'],
  ['alone with whose it is', said, {style: 'cat', prefix: true}, 'web@1.service aaaa!  | hello\n'],
])('a line %s', (_, given, options, text) => {
  expect(renderJournalLine(given, {...plain, ...options})).toBe(text)
})

test('a line as JSON says all that is known', () => {
  expect(JSON.parse(renderJournalLine({...said, container: 'c1'}, {...plain, style: 'json'}))).toEqual({
    time,
    nanoseconds: String(line.nanoseconds),
    unit: 'web@1.service',
    machine: 'aaaa',
    machineName: 'aaaa!',
    stream: 'journal',
    container: 'c1',
    identifier: 'sh',
    pid: 7,
    text: 'hello',
  })
})

test('on a terminal each unit has a colour of its own', () => {
  const colourOf = (unit: string) => {
    const text = renderJournalLine({...line, unit}, {...plain, prefix: true, chalk: new Chalk({level: 1})})
    return text.slice(0, text.indexOf('m') + 1)
  }
  expect(colourOf('web@1.service')).toBe(colourOf('web@1.service'))
  expect(new Set(['web@1', 'web@2', 'web@3'].map(unit => colourOf(`${unit}.service`))).size).toBe(3)
})
