/** What a unit takes, or a machine has, as shares of one machine: all machines are alike. */
export interface Share {
  readonly cpu: number
  readonly memory: number
}

/**
 * How many of the units, from the first on, first-fit-decreasing packs into so many machines: the largest first, each on the first
 * machine with room. The textbook's yardstick of packing; it may look at all of them before it places one.
 */
export function packedByFirstFitDecreasing(units: readonly Share[], machines: number): number {
  let fit = 0
  let unfit = units.length + 1
  while (unfit - fit > 1) {
    const middle = (fit + unfit) >> 1
    if (allFit(units.slice(0, middle), machines)) fit = middle
    else unfit = middle
  }
  return fit
}

function allFit(units: readonly Share[], machines: number): boolean {
  const free = Array.from({length: machines}, () => ({cpu: 1, memory: 1}))
  const size = ({cpu, memory}: Share) => Math.max(cpu, memory)
  for (const {cpu, memory} of units.toSorted((a, b) => size(b) - size(a))) {
    const room = free.find(each => each.cpu >= cpu - grain && each.memory >= memory - grain)
    if (room === undefined) return false
    room.cpu -= cpu
    room.memory -= memory
  }
  return true
}

/** Sums of shares are not exact. */
const grain = 1e-9
