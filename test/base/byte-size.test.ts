import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {formatByteSize, parseByteSize} from '../../src/lib/base/byte-size.ts'

describe('a size in bytes', () => {
  test.each([
    ['4096', 4096],
    ['512M', 512 * 1024 ** 2],
    ['512m', 512 * 1024 ** 2],
    ['512mb', 512 * 1024 ** 2],
    ['1GiB', 1024 ** 3],
    ['1.5G', 1.5 * 1024 ** 3],
    ['64k', 65_536],
    ['2T', 2 * 1024 ** 4],
    ['7B', 7],
    ['0', 0],
    ['1G 512M', 1.5 * 1024 ** 3],
    ['1G512M 1', 1.5 * 1024 ** 3 + 1],
    ['512M 1G', undefined],
    ['1M 1M', undefined],
    ['', undefined],
    ['M', undefined],
    ['-1', undefined],
    ['5 apples', undefined],
    ['infinity', undefined],
    ['9999E', undefined],
  ])('%j is %s', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  test.each([
    [100, '100B'],
    [1024, '1K'],
    [512 * 1024 ** 2, '512M'],
    [1.5 * 1024 ** 3, '1.5G'],
  ])('%s is written %s', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text)
  })

  test('is read within a tenth of what was written', () => {
    fc.assert(
      fc.property(fc.nat(), bytes => {
        const read = parseByteSize(formatByteSize(bytes)) ?? Number.NaN
        expect(Math.abs(read - bytes)).toBeLessThanOrEqual(Math.max(1, bytes * 0.1))
      }),
    )
  })
})
