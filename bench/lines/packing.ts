import {schedule} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {understandUnit} from '../../src/lib/unit/parse-unit.ts'
import type {Line, Result} from '../line.ts'
import {packedByFirstFitDecreasing, type Share} from '../passes/first-fit-decreasing.ts'
import {randomNumbers} from '../random.ts'

/** Machines filled with a mix of units, in the order in which they come, until one does not fit. */
export const packing: Line = {
  name: 'packing',
  summary: 'how much of 200 machines Strategy=binpack fills until the first unit does not fit',
  measure: async ({say}) => measurePacking(say),
}

const machines = 200
const [cpus, gigabytes] = [16, 64]
const mixes = 9
/** More than fit. */
const units = machines * 14

function measurePacking(say: (text: string) => void): readonly Result[] {
  const empty = {ctl: [] as number[], limit: [] as number[]}
  for (let mix = 1; mix <= mixes; mix++) {
    const {texts, shares} = mixOf(randomNumbers(mix))
    const left = {
      ctl: leftBy(packedBySchedule(texts), shares),
      limit: leftBy(packedByFirstFitDecreasing(shares, machines), shares),
    }
    say(`mix ${mix} of ${mixes}: binpack leaves ${left.ctl.toFixed(1)} %, first-fit-decreasing ${left.limit.toFixed(1)} %`)
    empty.ctl.push(left.ctl)
    empty.limit.push(left.limit)
  }
  const limitIs = 'first-fit-decreasing, which knows all units before it places the first'
  const common = {unit: '%', samples: empty, limitIs} as const
  return [
    {...common, name: 'packing: left of what is scarcer', target: {of: 'ctl', most: 10}},
    {...common, name: 'packing: more than by the limit', target: {of: 'difference', most: 3}},
  ]
}

/** Units of a fiftieth to a fifth of a machine's CPUs, and nearly as much of its memory. */
function mixOf(random: () => number): {readonly texts: readonly string[]; readonly shares: readonly Share[]} {
  const drawn = Array.from({length: units}, () => ({
    cpu: Math.round((0.02 + random() * 0.18) * cpus * 100) / 100,
    memory: Math.round((0.02 + random() * 0.16) * gigabytes * 1024),
  }))
  return {
    texts: drawn.map(
      ({cpu, memory}) => `[Container]\nImage=app\n[X-Fleet]\nStrategy=binpack\nRequests=cpu=${cpu} memory=${memory}M\n`,
    ),
    shares: drawn.map(({cpu, memory}) => ({cpu: cpu / cpus, memory: memory / gigabytes / 1024})),
  }
}

/** How many units, from the first on, are placed before one is not. */
function packedBySchedule(texts: readonly string[]): number {
  const snapshot: Snapshot = {
    machines: Array.from({length: machines}, (_, index) => machineAt(index)),
    units: texts.map((text, index) => {
      const {unit} = understandUnit(`app${index}.service`, parseUnitFile(text))
      if (unit === undefined) throw new Error(`a unit of the benchmark cannot be read:\n${text}`)
      return {unit, finished: false}
    }),
    placements: [],
    stopping: [],
    frozen: new Set(),
    recentlyLost: new Set(),
    gone: new Set(),
  }
  const placed = new Set(schedule(snapshot).flatMap(decision => (decision.kind === 'place' ? [decision.unit] : [])))
  const first = snapshot.units.findIndex(({unit}) => !placed.has(unit.name))
  if (first < 0) throw new Error('all units of the benchmark fit')
  return first
}

function machineAt(index: number): Snapshot['machines'][number] {
  const capacity = {cpus, memoryBytes: gigabytes * 1024 ** 3, diskBytes: 0, devices: {}}
  return {id: `m${index}`, label: `m${index}`, metadata: {}, drivers: ['docker'], capacity, cordoned: false, leaving: false}
}

/** Per cent of the scarcer resource of all machines that so many units leave. */
function leftBy(count: number, shares: readonly Share[]): number {
  const packed = shares.slice(0, count)
  const taken = (of: keyof Share) => packed.reduce((sum, share) => sum + share[of], 0) / machines
  return 100 * (1 - Math.max(taken('cpu'), taken('memory')))
}
