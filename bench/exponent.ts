/** How long something of a size took. */
export interface Growth {
  readonly size: number
  readonly took: number
}

/**
 * By which power of the size the times grow: 1 in proportion, 2 with the square. The slope of their logarithms, by least
 * squares. NaN for fewer than two sizes.
 */
export function exponentOf(growth: readonly Growth[]): number {
  const points = growth.map(({size, took}) => ({x: Math.log(size), y: Math.log(took)}))
  const middle = {x: mean(points.map(({x}) => x)), y: mean(points.map(({y}) => y))}
  const rise = mean(points.map(({x, y}) => (x - middle.x) * (y - middle.y)))
  return rise / mean(points.map(({x}) => (x - middle.x) ** 2))
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
