import {parse} from 'yaml'
import {messageOf, UsageError} from '../../base/errors.ts'
import {parseTimeSpan} from '../../base/time-span.ts'
import type {Happening, MachineGroup, Scenario, ScenarioEvent, UnitGroup} from '../../simulate/scenario.ts'
import {parseMachineCapacity, parseSelection, textWith, wholeNumber} from './words.ts'

/** What a file says; what it leaves out is left to the flags. */
export type ScenarioFile = Pick<Scenario, 'machines' | 'units' | 'events'> &
  Partial<Pick<Scenario, 'startSeconds' | 'stopSeconds'>>

/** Reads the YAML of a scenario. Throws UsageError that names the file and the place in it. */
export function parseScenario(source: string, text: string): ScenarioFile {
  let yaml: unknown
  try {
    yaml = parse(text)
  } catch (error) {
    throw new UsageError(`${source}: ${messageOf(error)}`, {cause: error})
  }
  const file = new Part(source, '', yaml).mapping(['machines', 'units', 'events', 'start-time', 'stop-time'])
  const startSeconds = file.get('start-time')?.seconds()
  const stopSeconds = file.get('stop-time')?.seconds()
  return {
    machines: file.get('machines')?.list().map(machineGroup) ?? [],
    units: file.get('units')?.list().map(unitGroup) ?? [],
    events: file.get('events')?.list().map(scenarioEvent) ?? [],
    ...(startSeconds === undefined ? {} : {startSeconds}),
    ...(stopSeconds === undefined ? {} : {stopSeconds}),
  }
}

function machineGroup(part: Part): MachineGroup {
  const group = part.mapping(['name', 'count', 'capacity', 'metadata', 'drivers'])
  const capacity = group.get('capacity')?.words() ?? 'cpu=8 memory=32G'
  return {
    name: group.get('name')?.text() ?? 'm',
    count: group.get('count')?.number() ?? 1,
    capacity: parseMachineCapacity(part.at('capacity'), capacity),
    metadata: group.get('metadata')?.turns() ?? {},
    drivers: group.get('drivers')?.texts() ?? ['docker', 'systemd'],
  }
}

function unitGroup(part: Part): UnitGroup {
  const group = part.mapping(['name', 'count', 'unit', 'x-fleet'])
  const [whole, placement] = [group.get('unit')?.text(), group.get('x-fleet')?.text()]
  if (whole !== undefined && placement !== undefined) throw part.fault('`unit` and `x-fleet` do not stand together')
  const name = group.get('name')?.text()
  if (name === undefined) throw part.fault('there is no name')
  return {name, count: group.get('count')?.number(), text: whole ?? textWith(placement ?? '')}
}

function scenarioEvent(part: Part): ScenarioEvent {
  const event = part.mapping(['at', 'forget', ...kinds])
  const named = kinds.filter(kind => event.has(kind))
  const [kind] = named
  const what = kind === undefined ? undefined : event.get(kind)
  if (kind === undefined || what === undefined || named.length > 1) throw part.fault(`one of ${kinds.join(', ')} is wanted`)
  return {
    atSeconds: event.get('at')?.seconds() ?? 60,
    ...happeningOf(kind, what, event.get('forget')?.yes() ?? false),
  }
}

const kinds = ['lose', 'drain', 'add', 'start', 'stop', 'unload'] as const

function happeningOf(kind: (typeof kinds)[number], what: Part, forget: boolean): Happening {
  switch (kind) {
    case 'lose':
      return {kind, which: parseSelection(what.place, what.text()), forget}
    case 'drain':
      return {kind, which: parseSelection(what.place, what.text())}
    case 'add':
      return what.isMapping ? {kind: 'add-machines', group: machineGroup(what)} : {kind, count: what.number()}
    case 'start':
      return what.isMapping ? {kind: 'start-units', group: unitGroup(what)} : {kind, glob: what.text()}
    default:
      return {kind, glob: what.text()}
  }
}

/** A part of the file, and how the reader is told where it stands. */
class Part {
  readonly place: string
  private readonly source: string
  private readonly value: unknown

  constructor(source: string, place: string, value: unknown) {
    this.source = source
    this.place = place
    this.value = value
  }

  get isMapping(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
  }

  at(key: string): string {
    return `${this.source}: ${this.place === '' ? key : `${this.place}.${key}`}`
  }

  fault(message: string): UsageError {
    return new UsageError(`${this.source}${this.place === '' ? '' : `: ${this.place}`}: ${message}`)
  }

  /** The parts by their keys, of which there may be only these. */
  mapping(known: readonly string[]): ReadonlyMap<string, Part> {
    const entries = this.entries()
    const unknown = entries.find(([key]) => !known.includes(key))
    if (unknown !== undefined) throw this.fault(`unknown key ${JSON.stringify(unknown[0])}; there are ${known.join(', ')}`)
    return new Map(entries)
  }

  list(): readonly Part[] {
    if (!Array.isArray(this.value)) throw this.fault('a list is wanted')
    return this.value.map((each, index) => new Part(this.source, `${this.place}[${index}]`, each))
  }

  text(): string {
    if (!['string', 'number', 'boolean'].includes(typeof this.value)) throw this.fault('a text is wanted')
    return String(this.value)
  }

  texts(): readonly string[] {
    return Array.isArray(this.value) ? this.list().map(part => part.text()) : [this.text()]
  }

  number(): number {
    return wholeNumber(`${this.source}: ${this.place}`, this.text())
  }

  yes(): boolean {
    if (typeof this.value !== 'boolean') throw this.fault('true or false is wanted')
    return this.value
  }

  seconds(): number {
    const seconds = parseTimeSpan(this.text())
    if (seconds === undefined || !Number.isFinite(seconds)) throw this.fault('a time such as 30s or 5min is wanted')
    return seconds
  }

  /** `cpu=16 memory=64G`, also as a mapping. */
  words(): string {
    return this.isMapping
      ? this.entries()
          .map(([key, part]) => `${key}=${part.text()}`)
          .join(' ')
      : this.text()
  }

  /** For each key a value, or several that are had in turn. */
  turns(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.entries().map(([key, part]) => [key, part.texts()]))
  }

  private entries(): readonly (readonly [string, Part])[] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.fault('a mapping is wanted')
    return Object.entries(this.value).map(([key, value]) => [
      key,
      new Part(this.source, this.place === '' ? key : `${this.place}.${key}`, value),
    ])
  }
}
