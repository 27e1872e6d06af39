import {Limiter} from '../../src/lib/base/limiter.ts'
import {encode} from '../../src/lib/cluster/codec.ts'
import {assignmentSchema, machineSchema, unitRecordSchema, unitStateSchema} from '../../src/lib/cluster/model.ts'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {maxWrites, type Store, type Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {type BenchMachine, benchKinds, benchMachines, benchSnapshot, type Size} from '../snapshot.ts'

/** The records of machines that nobody keeps alive: they are there until they are deleted. */
export function machineWrites(size: Size): readonly Write[] {
  return benchMachines(size).map(machine => put(keys.machine(machine.id), encode(machineSchema, recordOf(machine))))
}

/** The unit files, and the records of units that are launched. */
export function unitWrites(size: Size): readonly Write[] {
  return benchKinds(size).flatMap(({text, names}) => {
    const file = fileHash(text)
    const record = encode(unitRecordSchema, {file, desiredState: 'launched', generation: 1})
    return [put(keys.file(file), text), ...names.map(name => put(keys.unit(name), record))]
  })
}

/** The assignments of all units, as the scheduler would have them, and the states of units that run. */
export function placedWrites(size: Size): readonly Write[] {
  const files = new Map(benchKinds(size).flatMap(({text, names}) => names.map(name => [name, fileHash(text)] as const)))
  return schedule(benchSnapshot(size)).flatMap((decision, index) => {
    if (decision.kind !== 'place') throw new Error(`${decision.unit} of the benchmark has no place`)
    const {unit, machine, reason} = decision
    const common = {file: files.get(unit) ?? '', generation: 1}
    return [
      put(keys.assignment(machine, unit), encode(assignmentSchema, {...common, desiredState: 'launched', reason})),
      put(keys.state(machine, unit), encode(unitStateSchema, {...common, ...runningSince(startedAt + index * 17, unit)})),
    ]
  })
}

/** Writes in transactions as large as they may be, a few at a time. */
export async function writeAll(store: Store, writes: readonly Write[], signal: AbortSignal): Promise<void> {
  const limiter = new Limiter(commitsAtOnce)
  const starts = Array.from({length: Math.ceil(writes.length / maxWrites)}, (_, batch) => batch * maxWrites)
  await Promise.all(
    starts.map(at =>
      limiter.run(async () => {
        await store.commit([], writes.slice(at, at + maxWrites), {signal})
      }),
    ),
  )
}

const commitsAtOnce = 4

function recordOf({id, metadata, capacity}: BenchMachine) {
  return {
    name: id,
    hostname: id,
    address: '127.0.0.1',
    metadata: {...metadata},
    capacity: {...capacity},
    drivers: ['docker'],
    version: '0.1.0',
    session: '0',
    process: {boot: '0', pid: 1},
  }
}

/** As an agent reports a unit that it started and that has run ever since. */
function runningSince(since: number, unit: string) {
  return {
    load: 'loaded',
    active: 'active' as const,
    sub: 'running',
    container: fileHash(unit),
    restarts: 0,
    since,
    starts: [since - 200],
    recent: [{at: since - 300, step: 'start', reason: 'assigned to this machine, and nothing runs'}],
  }
}

const startedAt = 1_790_000_000_000

function put(key: string, value: string): Write {
  return {kind: 'put', key, value}
}
