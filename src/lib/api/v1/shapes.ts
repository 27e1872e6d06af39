import {activeStates, desiredStates} from '../../cluster/model.ts'
import {verdicts} from '../../scheduler/why.ts'
import {eventKinds} from './events/event.ts'
import {flag, integer, listOf, named, oneOf, orNull, record, type Schema, text, texts} from './schema.ts'

const time = (description: string): Schema => ({type: 'number', description: `${description}; milliseconds since the epoch`})
const hash = (description: string): Schema => ({type: 'string', pattern: '^[0-9a-f]{64}$', description})

/** What a change of a unit is answered with, by kind of change. */
export const changeKinds = ['created', 'replaced', 'changed', 'same', 'destroyed'] as const
/** What became of a wish that was waited for, in the words of ctl's exit codes. */
export const outcomeCodes = ['done', 'failed', 'unplaceable', 'timeout'] as const
export const machineStatuses = ['ready', 'cordoned', 'draining', 'leaving'] as const
/** What `active` of a state may be: systemd's words, and `lost`. */
export const activeWords = [...activeStates, 'lost'] as const

const unitKeys = {
  unit: text('its name'),
  desiredState: oneOf(desiredStates, 'what is wanted of it'),
  file: hash('SHA-256 of its unit file'),
  generation: integer('counts the starts that were asked for'),
  version: integer('the revision at which what is wanted of it last changed; the ETag'),
  state: orNull(oneOf([...desiredStates, 'lost'], 'what has become of it; null for a global unit')),
  target: orNull(text('the machine it is on, as lists call it; `global` for a global unit')),
  targetMachine: orNull(text('the id of the machine it is on')),
  global: flag('whether it runs on every machine that fits'),
  reason: orNull(text('why it is there, or why it has no place')),
}

const stateKeys = {
  unit: text('the unit'),
  machine: orNull(text('the id of its machine; null without a place')),
  target: orNull(text('the machine as lists call it')),
  address: orNull(text('the address of the machine')),
  desiredState: orNull(oneOf(desiredStates, 'what is wanted there')),
  load: text('as systemd names it'),
  active: oneOf(activeWords, 'as systemd names it, or lost'),
  sub: text('as systemd names it'),
  file: orNull(hash('of the unit file it runs')),
  generation: orNull(integer('the start it came of')),
  health: orNull(oneOf(['starting', 'healthy', 'unhealthy'], 'of the container')),
  restarts: integer('that nobody asked for, since the last start that was asked for'),
  exitCode: orNull({type: 'integer', description: 'of the last run, once it has ended'}),
  container: orNull(text('the id of the container')),
  since: orNull(time('when active or sub last changed')),
  reason: orNull(text('why it is so')),
}

const machineKeys = {
  machine: text('its id'),
  name: orNull(text('given by --name')),
  address: text('at which others reach it'),
  hostname: text('its own name'),
  metadata: texts('as units see it'),
  cpus: {type: 'number', description: 'how many CPUs units may take of it'} as const,
  memoryBytes: {type: 'number', description: 'how much memory units may take of it'} as const,
  diskBytes: {type: ['number', 'null'], description: 'how much disk; null when its agent does not say'} as const,
  devices: {type: 'object', additionalProperties: {type: 'number'}, description: 'how many of each, as gpu'} as const,
  drivers: listOf({type: 'string'}, 'what it can run'),
  version: text('of its agent'),
  units: integer('how many are assigned to it'),
  status: oneOf(
    machineStatuses,
    'cordoned: takes no new units; draining: its units move elsewhere, a few at a time; leaving: its units are placed elsewhere',
  ),
}

const revision = integer('of etcd, at which all of this was so')
const listKeys = {
  revision,
  next: orNull(text('the cursor of the next page; null on the last one')),
}
const polled = {changed: flag('with `since`: whether something may have changed after it; false when the wait ended')}

const unitPage = {
  revision,
  ...unitKeys,
  description: orNull(text('of [Unit] Description=')),
  driver: orNull(oneOf(['docker', 'systemd'], 'what runs it; null when its file cannot be understood')),
  refusal: orNull(text('why it has no place')),
  states: listOf(named('UnitState'), 'how it is, on each machine'),
}

const outcome = record(
  {code: oneOf(outcomeCodes, 'as the exit codes of ctl'), message: text('what became of it')},
  {log: listOf({type: 'string'}, 'the last lines of a unit that failed')},
)

/** Every shape that the document names. */
export const shapes: Readonly<Record<string, Schema>> = {
  Unit: record(unitKeys),
  UnitPage: record(unitPage, {
    logs: {
      type: 'object',
      additionalProperties: listOf({type: 'string'}),
      description: 'by machine, the last lines of a unit that failed',
    },
  }),
  UnitList: record({...listKeys, units: listOf(named('Unit'))}, polled),
  UnitChange: record(
    {...unitPage, change: oneOf(changeKinds, 'what was done'), warnings: listOf({type: 'string'}, 'what is odd in the file')},
    {outcome, logs: {type: 'object', additionalProperties: listOf({type: 'string'})}},
  ),
  UnitGone: record({revision, unit: text('its name'), change: oneOf(['destroyed'], 'what was done')}, {outcome}),
  UnitWhy: record({
    revision,
    unit: text('its name'),
    desiredState: orNull(oneOf(desiredStates, 'what is wanted of it')),
    supposed: flag('it is not wanted to have a place: told as if it were started'),
    verdict: oneOf(verdicts, 'what becomes of it'),
    hasPlace: flag('whether it has a place, or gets one by itself'),
    text: text('all of it in one sentence'),
    places: listOf({type: 'string'}, 'the machines that it stands on or would, by id'),
    reason: orNull(text('why there')),
    again: orNull(text('the machine that it would be placed on if it had no place now, by id')),
    hold: orNull(text('why the engine moves nothing away from lost machines')),
    victims: listOf(record({unit: text('who makes way'), machine: text('its machine'), reason: text('why')})),
    machines: listOf(named('MachineWhy'), 'the best, and the nearest misses'),
    groups: listOf(
      record({
        count: integer('how many machines'),
        text: text('what speaks against them'),
        machines: listOf({type: 'string'}, 'as lists call them'),
      }),
      'the other machines',
    ),
    missingMetadata: listOf(record({set: text('`role=db`'), machines: listOf({type: 'string'}, 'that lack nothing else')})),
  }),
  MachineWhy: record({
    machine: text('its id'),
    name: text('as lists call it'),
    stands: flag('the unit stands there'),
    fits: flag('nothing speaks against it'),
    cost: orNull({type: 'number', description: 'in hundredths of a machine; the least wins'}),
    text: text('what speaks against it'),
    remedy: orNull(text('what would have to happen for it to fit')),
    objections: listOf({type: 'object'}, 'each with its `kind`'),
    way: listOf(
      record({
        unit: text('who would have to leave'),
        priority: integer('its priority'),
        to: orNull(text('who would take it; null: it would have to stop')),
      }),
    ),
  }),
  UnitWish: record(
    {},
    {
      text: text('the unit file'),
      file: hash('SHA-256 of a unit file that the cluster has'),
      desiredState: oneOf(desiredStates, 'what is wanted of it; as it is when absent, inactive for a new one'),
    },
  ),
  UnitState: record(stateKeys),
  StateList: record({...listKeys, states: listOf(named('UnitState'))}, polled),
  Machine: record(machineKeys),
  MachinePage: record({
    revision,
    ...machineKeys,
    leader: flag('whether its engine leads the cluster'),
    announced: texts('the metadata that the machine itself announces'),
    settings: record({
      cordoned: flag('takes no new units'),
      metadata: {
        type: 'object',
        additionalProperties: {type: ['string', 'null']},
        description: 'the operator’s, over what the machine announces; null takes a key away',
      },
    }),
  }),
  MachineList: record({...listKeys, machines: listOf(named('Machine'))}, polled),
  MachineUse: record({machine: text('its id'), runs: listOf(named('RunUse'), 'what runs there')}),
  RunUse: record({
    unit: text('the unit'),
    run: text('the engine’s id of the run: for Docker the container'),
    driver: oneOf(['docker', 'systemd'], 'what runs it'),
    at: time('when it was looked at'),
    cpuSeconds: {type: ['number', 'null'], description: 'of all CPUs, since the run began; null when it is not counted'},
    memoryBytes: {type: ['number', 'null'], description: 'just now; null when it is not counted'},
  }),
  MachineWish: record(
    {},
    {
      cordoned: flag('take no new units'),
      metadata: {
        type: ['object', 'null'],
        additionalProperties: {type: ['string', 'null']},
        description: 'joined with what was set before; null for a key takes it away, null for all takes every setting back',
      },
    },
  ),
  Event: record(
    {kind: oneOf([...eventKinds, 'hello', 'heartbeat', 'end'], 'what it is about')},
    {
      change: oneOf(['set', 'gone'], 'what happened to it'),
      revision: integer('of etcd, at which it happened'),
      id: integer('on the last event of a revision only: where to resume'),
      unit: text('the unit it is about'),
      machine: text('the id of the machine it is about'),
      value: {type: ['object', 'null'], description: 'what it is now; null for what is gone or cannot be read'},
      problem: text('why the value cannot be read'),
      reason: text('of an end'),
      message: text('of an end'),
    },
  ),
  Error: record({
    error: record(
      {code: text('as the exit codes of ctl'), message: text('what is wrong')},
      {
        hint: text('what to do next'),
        problems: listOf(
          record(
            {
              severity: text('error, warning or note'),
              line: integer('from 1; 0: the whole file'),
              message: text('what is wrong'),
            },
            {
              column: integer('from 1'),
              key: text('[Section] Key'),
              remedy: text('what to write instead'),
            },
          ),
          'of a unit file that was refused',
        ),
      },
    ),
  }),
}
