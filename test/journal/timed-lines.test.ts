import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {timedLineReader} from '../../src/lib/drivers/docker/timed-lines.ts'

const stamp = '2026-11-21T06:00:00.123456789Z'
const nanoseconds = 1_795_240_800_123_456_789n

function frame(stream: 'stdout' | 'stderr', text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeUInt8(stream === 'stdout' ? 1 : 2, 0)
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

function read(terminal: boolean, ...chunks: readonly Buffer[]) {
  const reader = timedLineReader(terminal)
  return [...chunks.flatMap(chunk => reader.push(chunk)), ...reader.rest()]
}

describe('lines of a container', () => {
  test.each([
    ['a line', [frame('stdout', `${stamp} hello\n`)], [{nanoseconds, stream: 'stdout', text: 'hello'}]],
    ['an empty line', [frame('stderr', `${stamp} \n`)], [{nanoseconds, stream: 'stderr', text: ''}]],
    ['a line that has not ended', [frame('stdout', `${stamp} half`)], [{nanoseconds, stream: 'stdout', text: 'half'}]],
    [
      'a long line in pieces, with one of stderr between',
      [frame('stdout', `${stamp} one `), frame('stderr', `${stamp} other\n`), frame('stdout', `${stamp} two\n`)],
      [
        {nanoseconds, stream: 'stderr', text: 'other'},
        {nanoseconds, stream: 'stdout', text: 'one two'},
      ],
    ],
    [
      'without a fraction',
      [frame('stdout', '2026-11-21T06:00:00Z x\n')],
      [{nanoseconds: 1_795_240_800n * 10n ** 9n, stream: 'stdout', text: 'x'}],
    ],
    ['without a time', [frame('stdout', 'bare\n')], [{nanoseconds: 0n, stream: 'stdout', text: 'bare'}]],
  ])('%s', (_, chunks, lines) => {
    expect(read(false, ...chunks)).toEqual(lines)
  })

  test('of one with a terminal, the times between the pieces of a long line are taken out', () => {
    const long = 'x'.repeat(16 * 1024)
    const lines = read(true, Buffer.from(`${stamp} ${long}${stamp} ${long}${stamp} end\r\n${stamp} next\r\n`))
    expect(lines.map(line => line.text)).toEqual([`${long}${long}end`, 'next'])
  })

  test('whatever the chunks they come in, also within a character', () => {
    const line = fc.string({unit: 'grapheme', maxLength: 20}).filter(text => !/[\r\n]/.test(text))
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), fc.integer({min: 1, max: 9}), (texts, terminal, size) => {
        const whole = Buffer.concat(
          texts.map(text => (terminal ? Buffer.from(`${stamp} ${text}\r\n`) : frame('stdout', `${stamp} ${text}\n`))),
        )
        const chunks = Array.from({length: Math.ceil(whole.length / size)}, (_, at) => whole.subarray(at * size, (at + 1) * size))
        expect(read(terminal, ...chunks).map(each => each.text)).toEqual(texts)
      }),
    )
  })
})
