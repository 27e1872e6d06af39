import {schedule} from '../../src/lib/scheduler/schedule.ts'
import type {Snapshot} from '../../src/lib/scheduler/snapshot.ts'
import type {Line, Result} from '../line.ts'
import {type BenchKind, machineId, unplaced} from '../snapshot.ts'

/** Units of high priority come to a cluster that is full. */
export const makingWay: Line = {
  name: 'making-way',
  summary: '1,000 units of high priority come to 10,000 machines that 100,000 others fill',
  measure: async ({say}) => [measureMakingWay(say)],
}

const machines = 10_000
const unitsEach = 10
const comers = 1000
const rounds = 5

function measureMakingWay(say: (text: string) => void): Result {
  const samples = {ctl: [] as number[], limit: [] as number[]}
  const [full, roomy] = [clusterOf(unitsEach), clusterOf(unitsEach + comersCpus)]
  for (let round = 1; round <= rounds; round++) {
    const [ctl, limit] = [timePass(full, comersCpus * comers), timePass(roomy, 0)]
    say(`round ${round} of ${rounds}: ${ctl.toFixed(0)} ms, where there is room ${limit.toFixed(0)} ms`)
    samples.ctl.push(ctl)
    samples.limit.push(limit)
  }
  const limitIs = 'the same pass where every machine has room for one of them'
  return {name: 'making way', unit: 'ms', samples, target: {of: 'ctl', most: 2000}, limitIs}
}

const comersCpus = 2

/** Machines of so many CPUs, on each of which ten units of one stand. */
function clusterOf(cpus: number): Snapshot {
  const filling = kindOf('filling', `Priority=10\nRequests=cpu=1`, machines * unitsEach)
  const coming = kindOf('coming', `Priority=90\nRequests=cpu=${comersCpus}`, comers)
  const capacity = {cpus, memoryBytes: 2 ** 30}
  const alike = Array.from({length: machines}, (_, index) => ({id: machineId(index), metadata: {}, capacity}))
  const placements = filling.names.map((unit, index) => ({unit, machine: machineId(index % machines), since: index + 1}))
  return {...unplaced(alike, [filling, coming]), placements}
}

function kindOf(name: string, lines: string, count: number): BenchKind {
  return {
    text: `[Container]\nImage=app\n[X-Fleet]\n${lines}\n`,
    names: Array.from({length: count}, (_, index) => `${name}@${index + 1}.service`),
  }
}

/** Milliseconds of a pass. Throws unless so many units give way. */
function timePass(snapshot: Snapshot, victims: number): number {
  const begun = performance.now()
  const gone = schedule(snapshot).filter(({kind}) => kind === 'evict').length
  const took = performance.now() - begun
  if (gone !== victims) throw new Error(`${gone} units gave way, and not ${victims}`)
  return took
}
