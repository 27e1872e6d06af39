import type {DriverName} from '../../unit/unit.ts'
import {
  type Capacity,
  type Driver,
  type DriverStep,
  type DriverStepKind,
  type Run,
  type RunIdentity,
  type RunUse,
  StepError,
} from '../driver.ts'
import {MemoryEngine, type MemoryRun} from './memory-engine.ts'
import {ended, isSame, launched, loaded, stopped} from './supervised-run.ts'

export interface MemoryDriverOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Drivers on the same engine and machine see the same runs. */
  readonly engine?: MemoryEngine
  readonly machine?: string
  readonly capacity?: Capacity
  /** What it stands in for; only for Docker when absent. Units for systemd are supervised: nothing starts them anew. */
  readonly kinds?: readonly DriverName[]
  /** Health checks succeed at once; otherwise a run has no health until it is set. */
  readonly healthy?: boolean
  /** What each run prints as it starts. */
  readonly prints?: readonly string[]
}

type Executors = {[K in DriverStepKind]: (step: DriverStep<K>) => void}

/**
 * A driver that runs nothing: what is started is running, until it is stopped or told to exit. For rehearsals,
 * benchmarks and tests; its other methods play what happens to runs from outside.
 */
export class MemoryDriver implements Driver {
  readonly kinds: readonly DriverName[]
  /** Awaited before each step, for engines that take their time. */
  delay: ((step: DriverStep, signal: AbortSignal) => Promise<void>) | undefined
  readonly #now: () => number
  readonly #engine: MemoryEngine
  readonly #machine: string
  readonly #capacity: Capacity
  readonly #prints: readonly string[]
  readonly #healthy: boolean
  readonly #failingImages = new Map<string, string>()
  readonly #failingUnits = new Map<string, string>()
  readonly #stubborn = new Set<string>()
  readonly #executors: Executors = {
    load: step => this.#load(step),
    prepare: step => this.#prepare(step),
    start: step => this.#start(step),
    stop: ({run}) => this.#stop(run),
    'set-aside': ({run}) => this.#setAside(run),
    remove: ({run}) => this.#remove(run),
  }

  constructor(options: MemoryDriverOptions) {
    this.kinds = options.kinds ?? ['docker']
    this.#now = options.now
    this.#engine = options.engine ?? new MemoryEngine()
    this.#machine = options.machine ?? 'memory'
    this.#prints = options.prints ?? []
    this.#healthy = options.healthy ?? false
    this.#capacity = options.capacity ?? {cpus: 4, memoryBytes: 8 * gibibyte, diskBytes: 100 * gibibyte}
  }

  async capacity(signal?: AbortSignal): Promise<Capacity> {
    signal?.throwIfAborted()
    return this.#capacity
  }

  async observe(signal?: AbortSignal): Promise<readonly Run[]> {
    signal?.throwIfAborted()
    return this.#engine.of(this.#machine).map(({run}) => run)
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    this.#engine.listen(this.#machine, changed, signal)
    changed()
    return new Promise(resolve => signal.addEventListener('abort', () => resolve(), {once: true}))
  }

  async perform(step: DriverStep, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.delay?.(step, signal)
    signal.throwIfAborted()
    this.#execute(step)
  }

  /** What runs nothing takes nothing. */
  async use(signal?: AbortSignal): Promise<readonly RunUse[]> {
    const running = (await this.observe(signal)).filter(({phase}) => phase === 'running')
    return running.map(({unit, id, driver}) => ({unit, run: id, driver, at: this.#now(), cpuSeconds: 0, memoryBytes: 0}))
  }

  async lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
    signal?.throwIfAborted()
    return count === 0 ? [] : (this.#engine.find(this.#machine, run.id)?.lines.slice(-count) ?? [])
  }

  close(): void {}

  /** The unit's running run ends by itself. */
  exit(unit: string, code: number): void {
    for (const held of this.#running(unit)) this.#end(held, code)
  }

  setHealth(unit: string, health: NonNullable<Run['health']>): void {
    for (const held of this.#running(unit)) this.#engine.put(this.#machine, {...held, run: {...held.run, health}})
  }

  print(unit: string, line: string): void {
    for (const held of this.#running(unit)) this.#engine.put(this.#machine, {...held, lines: [...held.lines, line]})
  }

  /** From here on the image cannot be had; without a message it can again. */
  failPrepare(image: string, message?: string): void {
    if (message === undefined) this.#failingImages.delete(image)
    else this.#failingImages.set(image, message)
  }

  /** From here on the unit's runs are made but do not start; without a message they do again. */
  failStart(unit: string, message?: string): void {
    if (message === undefined) this.#failingUnits.delete(unit)
    else this.#failingUnits.set(unit, message)
  }

  /** From here on the unit does not heed a stop: it is killed, with exit code 137. */
  ignoreStop(unit: string): void {
    this.#stubborn.add(unit)
  }

  #execute<K extends DriverStepKind>(step: DriverStep<K>): void {
    const executor: Executors[K] = this.#executors[step.kind]
    executor(step)
  }

  #prepare({unit}: DriverStep<'prepare'>): void {
    const message = unit.container && this.#failingImages.get(unit.container.image)
    if (message !== undefined) throw new StepError(message, {retryable: false})
  }

  #load({unit, identity, file}: DriverStep<'load'>): void {
    if (unit.driver !== 'systemd') return
    const error = this.#failingUnits.get(unit.name)
    if (error !== undefined) throw new StepError(error, {retryable: true})
    this.#engine.put(this.#machine, loaded(this.#held(unit.name), {unit: unit.name, identity, file}))
  }

  #startSupervised(step: DriverStep<'start'>): void {
    const {unit, identity} = step
    const before = this.#held(unit.name)
    if (before?.run.phase === 'running' && !isSame(before.run.identity, identity))
      throw new StepError(`an older run of ${unit.name} still runs: stop it first`, {retryable: true})
    this.#load({...step, kind: 'load'})
    const held = this.#held(unit.name)
    if (held !== undefined) this.#engine.put(this.#machine, launched(held, {now: this.#now(), prints: this.#prints}))
  }

  #held(unit: string): MemoryRun | undefined {
    return this.#engine.of(this.#machine).find(({run}) => run.unit === unit && run.supervised !== undefined)
  }

  #start(step: DriverStep<'start'>): void {
    const {unit, identity} = step
    if (unit.driver === 'systemd') {
      this.#startSupervised(step)
      return
    }
    const error = this.#failingUnits.get(unit.name)
    this.#giveWay(unit.name)
    const health = this.#healthy && unit.container?.health !== undefined ? {health: 'healthy' as const} : {}
    this.#engine.add(
      this.#machine,
      {...startedRun(unit.name, identity, {now: this.#now(), error}), ...health},
      error === undefined ? this.#prints : [],
    )
    if (error !== undefined) throw new StepError(error, {retryable: true})
  }

  /** As with Docker's names: an ended run of the unit is replaced, a running one is in the way. */
  #giveWay(unit: string): void {
    for (const {run} of this.#engine.of(this.#machine)) {
      if (run.unit !== unit || run.aside) continue
      if (run.phase === 'running') throw new StepError(`an older run of ${unit} still runs: stop it first`, {retryable: true})
      this.#engine.delete(this.#machine, run.id)
    }
  }

  #stop(run: Run): void {
    const held = this.#engine.find(this.#machine, run.id)
    if (held?.run.supervised !== undefined) this.#engine.put(this.#machine, stopped(held, this.#now()))
    else if (held?.run.phase === 'running') this.#end(held, this.#stubborn.has(run.unit) ? 137 : 0)
  }

  #setAside(run: Run): void {
    const held = this.#engine.find(this.#machine, run.id)
    if (held?.run.supervised !== undefined)
      throw new StepError(`${run.unit} is supervised: there is one of it`, {retryable: false})
    if (held?.run.phase === 'running')
      throw new StepError(`${run.unit} is running: stop it before it is set aside`, {retryable: true})
    if (held !== undefined) this.#engine.put(this.#machine, {...held, run: {...held.run, aside: true}})
  }

  #remove(run: Run): void {
    const held = this.#engine.find(this.#machine, run.id)
    if (held?.run.phase === 'running')
      throw new StepError(`${run.unit} is running: stop it before it is removed`, {retryable: true})
    this.#engine.delete(this.#machine, run.id)
  }

  #running(unit: string): readonly MemoryRun[] {
    return this.#engine.of(this.#machine).filter(({run}) => run.unit === unit && run.phase === 'running')
  }

  #end(held: MemoryRun, exitCode: number): void {
    const {health: _, ...run} = held.run
    const over: MemoryRun = {...held, run: {...run, phase: 'exited', finishedAt: this.#now(), exitCode}}
    this.#engine.put(this.#machine, run.supervised === undefined ? over : ended(held, {now: this.#now(), exitCode}))
  }
}

const gibibyte = 1024 ** 3

function startedRun(
  unit: string,
  identity: RunIdentity,
  {now, error}: {now: number; error: string | undefined},
): Omit<Run, 'id'> {
  if (error !== undefined) return {unit, identity, phase: 'created', exitCode: 128, error, driver: 'docker'}
  return {unit, identity, driver: 'docker', phase: 'running', startedAt: now}
}
