import {Flags} from '@oclif/core'
import {UsageError} from '../../base/errors.ts'
import type {Happening, Scenario, ScenarioEvent} from '../../simulate/scenario.ts'
import {secondsOf} from '../agent/setting-values.ts'
import type {ScenarioFile} from './file.ts'
import type {ClusterSnapshot} from './snapshot.ts'
import {parseClass, parseMachineCapacity, parseSelection, parseTurns} from './words.ts'

const several = {multiple: true, multipleNonGreedy: true} as const

/** The flags of `ctl simulate`. */
export const simulateFlags = {
  machines: Flags.integer({summary: 'so many machines that are alike', min: 0, helpGroup: 'CLUSTER'}),
  capacity: Flags.string({
    summary: 'what each of them has',
    helpValue: 'cpu=8,memory=32G',
    default: 'cpu=8,memory=32G',
    helpGroup: 'CLUSTER',
  }),
  metadata: Flags.string({
    summary: 'their metadata, with values in turn',
    helpValue: 'zone=1|2|3',
    default: 'zone=1|2|3',
    helpGroup: 'CLUSTER',
  }),
  class: Flags.string({
    summary: 'units that are alike; may be repeated',
    helpValue: 'name=web,count=9,cpu=0.5',
    helpGroup: 'CLUSTER',
    ...several,
  }),
  snapshot: Flags.string({
    summary: 'begin with the live cluster, or with one that was saved',
    helpValue: 'live|FILE',
    helpGroup: 'CLUSTER',
  }),
  lose: Flags.string({
    summary: 'then lose these machines: also machine=a,b or count=10; may be repeated',
    helpValue: 'zone=2',
    helpGroup: 'EVENTS',
    ...several,
  }),
  drain: Flags.string({
    summary: 'then have these machines give away their units; may be repeated',
    helpValue: 'machine=a,b',
    helpGroup: 'EVENTS',
    ...several,
  }),
  add: Flags.integer({summary: 'then add so many machines, like those that are there', min: 1, helpGroup: 'EVENTS'}),
  forget: Flags.boolean({summary: 'say of lost machines that they will not come back', helpGroup: 'EVENTS'}),
  'start-time': Flags.string({summary: 'how long a unit takes to start (default: 5s)', helpValue: 'TIME'}),
  'stop-time': Flags.string({summary: 'how long a unit takes to stop (default: 2s)', helpValue: 'TIME'}),
  steps: Flags.boolean({summary: 'show each look of the engine with its decisions'}),
  save: Flags.string({
    summary: 'only write the live cluster into this file, for --snapshot',
    helpValue: 'FILE',
    exclusive: ['machines', 'class', 'snapshot', 'lose', 'drain', 'add'],
  }),
  output: Flags.option({char: 'o', summary: 'how to print', options: ['text', 'json'] as const, default: 'text'})(),
}

export interface SimulateFlags {
  readonly machines?: number | undefined
  readonly capacity: string
  readonly metadata: string
  readonly class?: readonly string[] | undefined
  readonly snapshot?: string | undefined
  readonly lose?: readonly string[] | undefined
  readonly drain?: readonly string[] | undefined
  readonly add?: number | undefined
  readonly forget: boolean
  readonly 'start-time'?: string | undefined
  readonly 'stop-time'?: string | undefined
}

/** What is to be played: a file, flags and a snapshot together; flags go before the file. Throws UsageError. */
export function scenarioOf(
  flags: SimulateFlags,
  file: ScenarioFile | undefined,
  snapshot: ClusterSnapshot | undefined,
): Scenario {
  if (flags.machines === undefined && file === undefined && snapshot === undefined)
    throw new UsageError('there is no cluster to simulate', {
      hint: 'name a file, --snapshot live, or --machines 1000 with --class name=web,count=500,cpu=0.5,memory=256M',
    })
  const {metadata, capacity} = flags
  const alike = {
    ...{name: 'm', count: flags.machines ?? 0, drivers: ['docker', 'systemd']},
    ...{capacity: parseMachineCapacity('--capacity', capacity), metadata: parseTurns('--metadata', metadata)},
  }
  const time = (name: 'start-time' | 'stop-time', otherwise: number) => {
    const text = flags[name]
    const seconds = text === undefined ? otherwise : secondsOf(name, text)
    if (!Number.isFinite(seconds)) throw new UsageError(`--${name}: a time that ends is wanted`)
    return seconds
  }
  return {
    entries: snapshot?.entries ?? [],
    machines: [...(file?.machines ?? []), ...(flags.machines === undefined ? [] : [alike])],
    units: [...(file?.units ?? []), ...(flags.class ?? []).map(parseClass)],
    events: [...(file?.events ?? []), ...eventsOf(flags, file?.events ?? [])],
    startSeconds: time('start-time', file?.startSeconds ?? 5),
    stopSeconds: time('stop-time', file?.stopSeconds ?? 2),
  }
}

/** A quarter of an hour apart, behind those of the file: by then all has come to rest. */
function eventsOf(
  {lose = [], drain = [], add, forget}: SimulateFlags,
  before: readonly ScenarioEvent[],
): readonly ScenarioEvent[] {
  const happenings: readonly Happening[] = [
    ...lose.map((text): Happening => ({kind: 'lose', which: parseSelection('--lose', text), forget})),
    ...drain.map((text): Happening => ({kind: 'drain', which: parseSelection('--drain', text)})),
    ...(add === undefined ? [] : [{kind: 'add', count: add} as const]),
  ]
  const last = Math.max(0, ...before.map(({atSeconds}) => atSeconds))
  return happenings.map((happening, index) => ({atSeconds: last + (index + 1) * apartSeconds, ...happening}))
}

const apartSeconds = 900
