import type {Decision} from '../../src/lib/scheduler/decision.ts'
import {describeObjections} from '../../src/lib/scheduler/objection.ts'
import {schedule} from '../../src/lib/scheduler/schedule.ts'
import type {
  Snapshot,
  SnapshotMachine,
  SnapshotPlacement,
  SnapshotStopping,
  SnapshotUnit,
} from '../../src/lib/scheduler/snapshot.ts'
import {Fault} from '../../src/lib/unit/fault.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {parseRequest, requestsOf} from '../../src/lib/unit/placement/requests.ts'
import {parsePlacement} from '../../src/lib/unit/placement.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'

/** A cluster in words; names are short: `web@1` stands for `web@1.service`. */
export interface Story {
  /**
   * `a role=web zone=1`, with the words `cordoned`, `leaving`, `unreadable`, `systemd` (its only driver then), and its capacity:
   * `cpu:4 memory:8G disk:1G gpu:2`.
   */
  readonly machines?: readonly string[]
  /** `web@1: Conflicts=web@*.service; MachineMetadata=role=web`, before the colon the words `finished`, `systemd`. */
  readonly units?: readonly string[]
  /** `web@1 on a`, the longest-standing first. */
  readonly placed?: readonly string[]
  /** `web@1 on a`, with `: Conflicts=…` when its file is known. */
  readonly stopping?: readonly string[]
  readonly frozen?: readonly string[]
  readonly gone?: readonly string[]
  /** By unit, where the last look makes room for it. */
  readonly promised?: Readonly<Record<string, string>>
  /** Lost a moment ago. */
  readonly recentlyLost?: readonly string[]
}

/** The snapshot that a story tells. */
export function snapshotOf(story: Story): Snapshot {
  return {
    machines: (story.machines ?? []).map(machineOf),
    units: (story.units ?? []).map(unitOf),
    placements: (story.placed ?? []).map((line, index) => ({...placeOf(line), since: index + 1})),
    stopping: (story.stopping ?? []).map(stoppingOf),
    frozen: new Set((story.frozen ?? []).map(fullName)),
    gone: new Set(story.gone ?? []),
    recentlyLost: new Set(story.recentlyLost ?? []),
    promised: new Map(Object.entries(story.promised ?? {}).map(([unit, machine]) => [fullName(unit), machine])),
  }
}

/** A unit of the given name with these lines of [X-Fleet]. */
export function unitWith(name: string, lines: readonly string[] = [], driver: Unit['driver'] = 'docker'): Unit {
  const problems = new ProblemList()
  const full = parseUnitName(fullName(name))
  const placement = parsePlacement(parseUnitFile(`[X-Fleet]\n${lines.join('\n')}\n`).file, full, problems)
  if (problems.hasErrors) throw new Error(`${name}: ${problems.all()[0]?.message}`)
  const requests = requestsOf({
    said: placement.requests ?? {},
    ports: placement.ports ?? [],
    limits: {},
    container: undefined,
  })
  return {name: full.name, driver, placement, requests, service, dependencies: {bindsTo: [], requires: []}}
}

/** Every decision in short: `web@1 to a`, `web@1 off a`, `web@1 nowhere: 2 machines: …`, names without `.service`, sorted. */
export function shortly(decisions: readonly Decision[]): readonly string[] {
  return decisions.map(shortDecision).sort()
}

/** The decisions for a story, in short. */
export function decide(story: Story): readonly string[] {
  return shortly(schedule(snapshotOf(story)))
}

/** Where every unit stands once the story has come to rest: `web@1 on a`, sorted. */
export function outcome(story: Story): readonly string[] {
  return settle(snapshotOf(story))
    .snapshot.placements.map(({unit, machine}) => `${shortName(unit)} on ${machine}`)
    .sort()
}

/** A cluster that has come to rest, and the decisions that each look took on the way. */
export interface Rest {
  readonly snapshot: Snapshot
  readonly looks: readonly (readonly Decision[])[]
}

/** Decides and follows until nothing moves, everything that leaves stopping at once. Throws when it does not come to rest. */
export function settle(start: Snapshot): Rest {
  const looks: (readonly Decision[])[] = []
  for (let snapshot = start; looks.length <= start.units.length + 2; ) {
    const decisions = schedule(snapshot)
    looks.push(decisions)
    if (snapshot.stopping.length === 0 && decisions.every(({kind}) => kind === 'refuse')) return {snapshot, looks}
    snapshot = follow(snapshot, decisions)
  }
  throw new Error(`does not come to rest: ${looks.slice(-3).map(look => `[${shortly(look).join(', ')}]`)}`)
}

/** The snapshot after the decisions were carried out; what had to leave has stopped. */
export function follow(snapshot: Snapshot, decisions: readonly Decision[]): Snapshot {
  const placements = new Map(snapshot.placements.map(placement => [`${placement.machine}/${placement.unit}`, placement]))
  const promised = new Map<string, string>()
  const since = Math.max(0, ...snapshot.placements.map(placement => placement.since)) + 1
  for (const decision of decisions) {
    if (decision.kind === 'refuse') {
      if (decision.promised !== undefined) promised.set(decision.unit, decision.promised)
      continue
    }
    const {unit, machine} = decision
    const key = `${machine}/${unit}`
    if (decision.kind === 'evict' ? !placements.has(key) : placements.has(key))
      throw new Error(`nonsense: ${shortDecision(decision)}`)
    if (decision.kind === 'evict') placements.delete(key)
    else placements.set(key, {unit, machine, since, ...(decision.kind === 'move' ? {from: decision.from} : {})})
  }
  return {...snapshot, placements: [...placements.values()], stopping: [], promised}
}

export function fullName(name: string): string {
  return name.includes('.') ? name : `${name}.service`
}

export function shortName(name: string): string {
  return name.replace(/\.service$/, '')
}

function shortDecision(decision: Decision): string {
  const unit = shortName(decision.unit)
  switch (decision.kind) {
    case 'place':
      return `${unit} to ${decision.machine}`
    case 'move':
      return `${unit} from ${decision.from} to ${decision.machine}`
    case 'evict':
      return `${unit} off ${decision.machine}`
    case 'refuse':
      return `${unit} nowhere: ${describeObjections(decision.objections)}`
  }
}

function machineOf(line: string): SnapshotMachine {
  const [id = '', ...words] = line.split(' ')
  const metadata = Object.fromEntries(words.filter(word => word.includes('=')).map(word => word.split('=', 2)))
  return {
    id,
    label: id,
    metadata,
    drivers: words.includes('systemd') ? ['systemd'] : ['docker'],
    cordoned: words.includes('cordoned'),
    leaving: words.includes('leaving'),
    ...(words.includes('unreadable') ? {unreadable: true} : {}),
    ...capacityOf(words),
  }
}

/** One that says something of its capacity has nothing else to give away. */
function capacityOf(words: readonly string[]): Pick<SnapshotMachine, 'capacity'> {
  const said = words.flatMap(word => (/^[a-z]+:[\d.]+[A-Z]?$/.test(word) ? [word.replace(':', '=')] : []))
  if (said.length === 0) return {}
  const capacity = {cpus: 0, memoryBytes: 0, diskBytes: 0, devices: {}}
  for (const word of said) {
    const part = parseRequest(word)
    if (part instanceof Fault) throw new Error(part.message)
    Object.assign(capacity, part, {devices: {...capacity.devices, ...part.devices}})
  }
  return {capacity}
}

function unitOf(line: string): SnapshotUnit {
  const {head, lines} = apart(line)
  const [name = '', ...words] = head.split(' ')
  return {unit: unitWith(name, lines, words.includes('systemd') ? 'systemd' : 'docker'), finished: words.includes('finished')}
}

function stoppingOf(line: string): SnapshotStopping {
  const {head, lines} = apart(line)
  const {unit, machine} = placeOf(head)
  return {name: unit, machine, ...(lines.length > 0 ? {unit: unitWith(unit, lines)} : {})}
}

function placeOf(line: string): Omit<SnapshotPlacement, 'since'> {
  const [unit = '', machine = ''] = line.split(' on ')
  return {unit: fullName(unit), machine}
}

function apart(line: string): {readonly head: string; readonly lines: readonly string[]} {
  const at = line.indexOf(': ')
  return at < 0 ? {head: line, lines: []} : {head: line.slice(0, at), lines: line.slice(at + 2).split('; ')}
}

const service: Unit['service'] = {
  type: 'simple',
  remainAfterExit: false,
  restart: 'no',
  restartSeconds: 0.1,
  startLimitBurst: 5,
  startLimitIntervalSeconds: 10,
  successExitCodes: [],
}
