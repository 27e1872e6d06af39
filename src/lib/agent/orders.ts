import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {ClusterView} from '../cluster/view.ts'
import {assignmentsOf, parseKey} from '../store/keys.ts'
import {openMirror} from '../store/mirror.ts'
import type {ChangeEvent, Store} from '../store/store.ts'
import {runHash} from '../unit/hash.ts'
import {understandUnit} from '../unit/parse-unit.ts'
import {environmentFilesOf} from '../unit/service/service-environment.ts'
import type {Host} from '../unit/unit.ts'
import {EnvironmentFiles} from './environment-files.ts'
import {FileCache} from './files.ts'
import type {UnreadableUnit} from './report.ts'
import type {Wanted} from './situation.ts'

export interface OrdersOptions {
  readonly store: Store
  readonly machine: string
  readonly host: Host
  readonly log: Log
  readonly changed: () => void
}

/** What is wanted of this machine, as far as it can be read. */
export interface Ordered {
  readonly wanted: ReadonlyMap<string, Wanted>
  /** Assigned, but unreadable: left as they are. */
  readonly frozen: ReadonlySet<string>
  /** Of the frozen ones, those of which the cluster is to know why. */
  readonly unreadable: ReadonlyMap<string, UnreadableUnit>
  /** Those that ceased to be assigned since the last look, with the revision at which. */
  readonly takenAt: ReadonlyMap<string, number>
  /** Something is missing on this machine that may come without a word: look again after a while. */
  readonly incomplete: boolean
}

/** The machine's own assignments, followed in the store and understood with their unit files. */
export class Orders {
  private readonly options: OrdersOptions
  private readonly files: FileCache
  private readonly environment = new EnvironmentFiles()
  private view = new ClusterView()
  private following = new AbortController()
  private takenAt = new Map<string, number>()
  private readonly understood = new Map<
    string,
    {readonly file: string; readonly generation: number; readonly stamp: string; readonly understood: Understood}
  >()

  constructor(options: OrdersOptions) {
    this.options = options
    this.files = new FileCache(options.store)
  }

  /**
   * Looks anew and follows from there: what is known afterwards is no older than this call. Until it succeeds what was known
   * before still stands. Throws UnreachableError.
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const {store, machine, log, changed} = this.options
    const view = new ClusterView()
    const following = new AbortController()
    const mirror = await openMirror(store, [assignmentsOf(machine)], {
      signal: AbortSignal.any([signal, following.signal]),
      onChange: (changes, revision) => {
        view.apply(changes)
        this.noteTaken(changes, revision)
        changed()
      },
    })
    for (const entry of mirror.entries.values()) view.put(entry)
    mirror.done.catch(error => log.error(`cannot follow the assignments: ${messageOf(error)}`))
    this.following.abort()
    this.following = following
    this.view = view
  }

  /** What is wanted now. Fetches the unit files it has not seen; throws UnreachableError when they cannot be had. */
  async read(signal: AbortSignal): Promise<Ordered> {
    const wanted = new Map<string, Wanted>()
    const frozen = new Set<string>()
    const unreadable = new Map<string, {file: string; generation: number; reason: string}>()
    const assignments = [...this.view.allAssignments()]
    await this.files.keepOnly(new Set(assignments.map(({file}) => file)), signal)
    for (const key of this.view.unreadable.keys()) {
      const parsed = parseKey(key)
      if (parsed?.kind === 'assignment') frozen.add(parsed.unit)
    }
    this.environment.lookAgain()
    let incomplete = false
    for (const {unit, file, generation, desiredState, reason} of assignments) {
      const found = await this.understand(unit, file, generation)
      if ('wanted' in found && (found.missing === undefined || desiredState === 'loaded')) {
        wanted.set(unit, {...found.wanted, desiredState, reason})
        continue
      }
      incomplete = true
      frozen.add(unit)
      unreadable.set(unit, {file, generation, reason: 'wanted' in found ? (found.missing ?? '') : found.fault})
    }
    for (const unit of this.understood.keys()) if (!wanted.has(unit) && !frozen.has(unit)) this.understood.delete(unit)
    const {takenAt} = this
    this.takenAt = new Map()
    return {wanted, frozen, unreadable, takenAt, incomplete}
  }

  private noteTaken(changes: readonly ChangeEvent[], revision: number): void {
    for (const change of changes) {
      const key = change.kind === 'delete' ? parseKey(change.key) : undefined
      if (key?.kind === 'assignment') this.takenAt.set(key.unit, revision)
    }
  }

  private async understand(name: string, file: string, generation: number): Promise<Understood> {
    const {host} = this.options
    const read = this.files.file(file)
    if (read === undefined) return {fault: `its unit file ${file.slice(0, 12)} is missing from the store`}
    const {variables, stamp, fault} = await this.environment.read(environmentFilesOf(read.file, name, host))
    const known = this.understood.get(name)
    if (known?.file === file && known.generation === generation && known.stamp === stamp) return known.understood
    const environment = {...host.environment, ...variables}
    const {unit, problems} = understandUnit(name, read, {...host, environment})
    const errors = problems.filter(({severity}) => severity === 'error').map(({message}) => message)
    const identity = {runHash: runHash(name, read.file), generation}
    const understood: Understood =
      unit === undefined
        ? {fault: errors.join('; ')}
        : {
            wanted: {unit, file, identity, desiredState: 'loaded', reason: ''},
            // systemd reads the files itself, at each start.
            ...(fault === undefined || unit.driver !== 'docker' ? {} : {missing: fault}),
          }
    this.understood.set(name, {file, generation, stamp, understood})
    return understood
  }
}

/** The unit to run, with what it lacks on this machine to be started; or why this agent cannot make sense of it. */
type Understood = {readonly wanted: Wanted; readonly missing?: string} | {readonly fault: string}
