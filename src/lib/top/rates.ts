import type {RunUse} from '../drivers/driver.ts'

/** What a unit takes of its machine: CPUs as in 1.5. Null where it is not known (yet). */
export interface UnitUse {
  readonly cpus: number | null
  readonly memoryBytes: number | null
}

/** What units take, by their names: CPUs by the difference of two looks at the same run, memory as of the later one. */
export function unitUses(before: readonly RunUse[], after: readonly RunUse[]): ReadonlyMap<string, UnitUse> {
  const earlier = new Map(before.map(use => [use.run, use]))
  const uses = new Map<string, UnitUse>()
  for (const use of after) {
    const known = uses.get(use.unit)
    const own = {cpus: rateOf(earlier.get(use.run), use), memoryBytes: use.memoryBytes}
    uses.set(use.unit, known === undefined ? own : sumOfUses([known, own]))
  }
  return uses
}

/** Together: what is not known of some is left out, and null when nothing is known of any. */
export function sumOfUses(uses: Iterable<UnitUse>): UnitUse {
  let sum: UnitUse = {cpus: null, memoryBytes: null}
  for (const {cpus, memoryBytes} of uses) sum = {cpus: plus(sum.cpus, cpus), memoryBytes: plus(sum.memoryBytes, memoryBytes)}
  return sum
}

function rateOf(before: RunUse | undefined, after: RunUse): number | null {
  if (before === undefined || before.cpuSeconds === null || after.cpuSeconds === null) return null
  const seconds = (after.at - before.at) / 1000
  const used = after.cpuSeconds - before.cpuSeconds
  return seconds > 0 && used >= 0 ? used / seconds : null
}

function plus(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more
}
