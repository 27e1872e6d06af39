import type {MachineRow} from '../../../cluster/machine-rows.ts'
import {desiredStates} from '../../../cluster/model.ts'
import type {UnitRow} from '../../../cluster/rows.ts'
import {globOf, machineParameter, nameParameter, wordsOf} from '../query.ts'
import {oneOf, text} from '../schema.ts'
import {activeWords, machineStatuses} from '../shapes.ts'
import type {UnitItem} from './cluster-rows.ts'
import type {List} from './list.ts'

export const unitList: List<UnitItem> = {
  name: 'units',
  summary: 'Every unit that is known, by name',
  filters: [
    nameParameter,
    machineParameter,
    {
      name: 'state',
      summary: 'only what is wanted so: inactive, loaded, launched, parted by commas',
      schema: text('desired states'),
    },
  ],
  rows: (rows, from) => rows.units(from),
  key: ({unit}) => [unit],
  filter: query => {
    const [name, machines, states] = [globOf(query, 'name'), wordsOf(query, 'machine'), wordsOf(query, 'state', desiredStates)]
    return every(
      name && (row => name(row.unit)),
      machines && (row => row.targetMachine !== null && machines.has(row.targetMachine)),
      states && (row => states.has(row.desiredState)),
    )
  },
  madeOf: new Set(['unit', 'file', 'assignment', 'state', 'refusal', 'machine']),
}

export const stateList: List<UnitRow> = {
  name: 'states',
  summary: 'Every unit with a place or a wish for one, by unit, then machine',
  filters: [
    nameParameter,
    machineParameter,
    {
      name: 'state',
      summary: 'only with this `active`, such as failed or lost; several parted by commas',
      schema: text('active states'),
    },
  ],
  rows: (rows, from) => rows.states(from),
  key: ({unit, machine}) => [unit, machine ?? ''],
  filter: query => {
    const [name, machines, states] = [globOf(query, 'name'), wordsOf(query, 'machine'), wordsOf(query, 'state', activeWords)]
    return every(
      name && (row => name(row.unit)),
      machines && (row => row.machine !== null && machines.has(row.machine)),
      states && (row => states.has(row.active)),
    )
  },
  madeOf: new Set(['unit', 'assignment', 'state', 'refusal', 'machine']),
}

export const machineList: List<MachineRow> = {
  name: 'machines',
  summary: 'Every machine that is registered, by id',
  filters: [
    {...nameParameter, summary: 'only these, by the name that --name gave, or the id; or a glob'},
    machineParameter,
    {name: 'state', summary: 'only with this status; several parted by commas', schema: oneOf(machineStatuses, 'statuses')},
  ],
  rows: (rows, from) => rows.machines(from),
  key: ({machine}) => [machine],
  filter: query => {
    const [name, machines, states] = [globOf(query, 'name'), wordsOf(query, 'machine'), wordsOf(query, 'state', machineStatuses)]
    return every(
      name && (row => name(row.name ?? row.machine)),
      machines && (row => machines.has(row.machine)),
      states && (row => states.has(row.status)),
    )
  },
  madeOf: new Set(['machine', 'machineSettings', 'assignment']),
}

function every<Row>(...filters: readonly (((row: Row) => boolean) | undefined)[]): ((row: Row) => boolean) | undefined {
  const given = filters.filter(filter => filter !== undefined)
  return given.length === 0 ? undefined : row => given.every(filter => filter(row))
}
