import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {FrameSplitter} from '../../../src/lib/drivers/docker/frames.ts'
import {LineSplitter, lines} from '../../../src/lib/drivers/docker/lines.ts'

const streamNames = ['stdin', 'stdout', 'stderr'] as const

/** The same bytes in chunks cut at arbitrary places. */
const chunked = (whole: Uint8Array) =>
  fc.array(fc.nat(whole.length), {maxLength: 8}).map(cuts => {
    const at = [0, ...cuts.sort((a, b) => a - b), whole.length]
    return at.slice(1).map((end, index) => whole.subarray(at[index], end))
  })

const frameLists = fc.array(fc.record({stream: fc.nat(2), payload: fc.uint8Array({maxLength: 40})}), {maxLength: 6})

function encoded(frames: readonly {stream: number; payload: Uint8Array}[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({stream, payload}) => {
      const header = Buffer.alloc(8)
      header.writeUInt8(stream, 0)
      header.writeUInt32BE(payload.length, 4)
      return [header, payload]
    }),
  )
}

describe('frames', () => {
  test('are the same whatever the chunks', () => {
    const cases = frameLists.chain(frames => fc.tuple(fc.constant(frames), chunked(encoded(frames))))
    fc.assert(
      fc.property(cases, ([frames, chunks]) => {
        const splitter = new FrameSplitter()
        const found = chunks.flatMap(chunk => splitter.push(chunk)).map(({stream, payload}) => [stream, Buffer.from(payload)])
        expect(found).toEqual(frames.map(({stream, payload}) => [streamNames[stream], Buffer.from(payload)]))
      }),
    )
  })

  test('of a stream that does not exist are refused', () => {
    expect(() => new FrameSplitter().push(Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]))).toThrow(RangeError)
  })
})

describe('lines', () => {
  const line = fc.string({unit: 'grapheme', maxLength: 12}).filter(text => !/[\r\n]/.test(text))

  test('are the same whatever the chunks, also within a character', () => {
    const cases = fc
      .array(line)
      .chain(all => fc.tuple(fc.constant(all), chunked(Buffer.from(all.map(text => `${text}\n`).join('')))))
    fc.assert(
      fc.property(cases, ([all, chunks]) => {
        const splitter = new LineSplitter()
        expect(chunks.flatMap(chunk => splitter.push(chunk))).toEqual(all)
        expect(splitter.rest()).toEqual([])
      }),
    )
  })

  test.each([
    {title: 'a last line without its end', text: 'a\nb', expected: ['a', 'b']},
    {title: 'ends of a terminal', text: 'a\r\nb\r\n', expected: ['a', 'b']},
    {title: 'empty lines', text: '\n\na\n', expected: ['', '', 'a']},
    {title: 'nothing', text: '', expected: []},
  ])('$title', async ({text, expected}) => {
    const found: string[] = []
    for await (const each of lines([Buffer.from(text)])) found.push(each)
    expect(found).toEqual(expected)
  })
})
