import {UsageError} from '../base/errors.ts'
import {encode} from '../cluster/codec.ts'
import {type Machine, machineSchema, type UnitValue, unitRecordSchema} from '../cluster/model.ts'
import {keys} from '../store/keys.ts'
import type {Write} from '../store/store.ts'
import {describeProblem} from '../unit/describe-problem.ts'
import {parseUnitFile} from '../unit/file.ts'
import {fileHash} from '../unit/hash.ts'
import {understandUnit} from '../unit/parse-unit.ts'
import type {MachineGroup, UnitGroup} from './scenario.ts'

/** The records of a group's machines. */
export function machineWrites(group: MachineGroup): readonly Write[] {
  return Array.from({length: group.count}, (_, index) => {
    const name = group.count === 1 ? group.name : `${group.name}-${index + 1}`
    return machineWrite(name, {
      name,
      hostname: name,
      address: '127.0.0.1',
      metadata: metadataAt(group, index),
      capacity: {...group.capacity, devices: {...group.capacity.devices}},
      drivers: [...group.drivers],
      version: 'simulated',
      session: '0',
      process: {boot: '0', pid: 1},
    })
  })
}

/** The record of one machine. */
export function machineWrite(id: string, record: Omit<Machine, 'id'>): Write {
  const value = encode(machineSchema, {...record, metadata: {...record.metadata}, drivers: [...record.drivers]})
  return {kind: 'put', key: keys.machine(id), value}
}

/** A group's unit file, and the records of its units, which are to run. Throws UsageError for a file that would be refused. */
export function unitWrites(group: UnitGroup): readonly Write[] {
  const names = unitNames(group)
  const read = parseUnitFile(group.text)
  const [first = group.name] = names
  const {problems} = understandUnit(first, read)
  const errors = problems.filter(({severity}) => severity === 'error')
  if (errors.length > 0) throw new UsageError(errors.map(problem => describeProblem(first, problem)).join('\n'))
  const file = fileHash(group.text)
  return [
    {kind: 'put', key: keys.file(file), value: group.text},
    ...names.map(name => unitWrite(name, {file, desiredState: 'launched', generation: 1})),
  ]
}

/** The record of one unit. */
export function unitWrite(name: string, record: UnitValue): Write {
  return {kind: 'put', key: keys.unit(name), value: encode(unitRecordSchema, record)}
}

function unitNames({name, count}: UnitGroup): readonly string[] {
  return count === undefined ? [`${name}.service`] : Array.from({length: count}, (_, index) => `${name}@${index + 1}.service`)
}

/** Each key's values in turn: the first key's change with every machine, the second's each time when those are through. */
function metadataAt({metadata}: MachineGroup, index: number): Record<string, string> {
  let round = index
  const chosen: Record<string, string> = {}
  for (const [key, values] of Object.entries(metadata)) {
    chosen[key] = values[round % values.length] ?? ''
    round = Math.floor(round / values.length)
  }
  return chosen
}
