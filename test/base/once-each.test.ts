import {expect, test} from 'vitest'
import {onceEach} from '../../src/lib/base/once-each.ts'

test('is made once for each object, also where nothing is made', () => {
  const asked: string[][] = []
  const first = onceEach((words: string[]) => {
    asked.push(words)
    return words[0]
  })
  const [a, b, none] = [['x'], ['x'], []]
  expect([a, a, b, none, none, a].map(first)).toEqual(['x', 'x', 'x', undefined, undefined, 'x'])
  expect(asked).toEqual([a, b, none])
})
