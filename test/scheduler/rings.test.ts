import {describe, expect, test} from 'vitest'
import {standings} from '../../src/lib/scheduler/rings.ts'

/** `a>b` says that a depends on b. */
function graph(...edges: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const dependsOn = new Map<string, string[]>()
  for (const [from = '', to = ''] of edges.map(edge => edge.split('>'))) dependsOn.set(from, [...(dependsOn.get(from) ?? []), to])
  return dependsOn
}

describe('standings', () => {
  test.each<[edges: readonly string[], rings: string, depths: string]>([
    [[], '', ''],
    [['a>b'], 'a b', 'a1 b0'],
    [['a>a'], 'a', 'a1'],
    [['a>b', 'b>c', 'a>c'], 'a b c', 'a2 b1 c0'],
    [['a>b', 'b>a'], 'ab', 'a1 b1'],
    [['a>b', 'b>c', 'c>a', 'c>d', 'e>a'], 'abc d e', 'a1 b1 c1 d0 e2'],
    [['a>b', 'b>a', 'b>c', 'c>d', 'd>c'], 'ab cd', 'a2 b2 c1 d1'],
    [['a>c', 'b>c', 'c>d', 'd>b'], 'a bcd', 'a2 b1 c1 d1'],
  ])('%j', (edges, rings, depths) => {
    const found = standings(graph(...edges))
    const nodes = [...found.keys()].sort()
    const byRing = Map.groupBy(nodes, node => found.get(node)?.ring)
    expect([...byRing.values()].map(ring => ring.join('')).join(' ')).toBe(rings)
    expect(nodes.map(node => `${node}${found.get(node)?.depth}`).join(' ')).toBe(depths)
  })

  test('a chain of any length', () => {
    const length = 50_000
    const chain = new Map(Array.from({length}, (_, index) => [`n${index}`, [`n${index + 1}`]]))
    expect(standings(chain).get('n0')).toMatchObject({depth: length})
  })
})
