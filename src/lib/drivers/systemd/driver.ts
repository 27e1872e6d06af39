import {access} from 'node:fs/promises'
import {availableParallelism, totalmem} from 'node:os'
import {setTimeout as delay} from 'node:timers/promises'
import {CtlError, messageOf, UnreachableError} from '../../base/errors.ts'
import {whenAborted} from '../../base/when-aborted.ts'
import {allOptions, parseUnitFile} from '../../unit/file.ts'
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
import {RunCache} from '../run-cache.ts'
import {Batch} from './batch.ts'
import {BusError} from './bus.ts'
import {refuseHostsOwn} from './host-units.ts'
import {journalLines} from './journal.ts'
import {Manager} from './manager.ts'
import {hostDefinition, platformUnitsOf} from './mark.ts'
import {remembered, type Said} from './properties.ts'
import {isActive, type Refusal, runFrom} from './state.ts'
import {WrittenUnits} from './written-units.ts'

export interface SystemdDriverOptions {
  readonly cluster: string
  readonly machine: string
  /** systemd's own socket. */
  readonly socket?: string
  /** Where systemd looks for units that last until the next boot. */
  readonly unitDirectory?: string
  /** Where is kept which units were started, until the next boot. */
  readonly launchedDirectory?: string
}

/** The driver that hands units to the host's systemd. Connects when it is first asked something. */
export function openSystemdDriver(options: SystemdDriverOptions): Driver {
  return new SystemdDriver(options)
}

/** Whether this machine is run by a systemd that this process may command. */
export async function hasSystemd(): Promise<boolean> {
  try {
    await access(systemdSocket)
    return true
  } catch {
    return false
  }
}

const systemdSocket = '/run/systemd/private'

type Executors = {[K in DriverStepKind]: (step: DriverStep<K>, signal: AbortSignal) => Promise<void>}

class SystemdDriver implements Driver {
  readonly kinds = ['systemd'] as const
  readonly #options: SystemdDriverOptions
  readonly #manager: Manager
  readonly #written: WrittenUnits
  readonly #cache: RunCache<{readonly run: Run}>
  readonly #reloads: Batch
  /** Of each unit of ours, what systemd told since it was written or first seen here. */
  readonly #told = new Map<string, Said>()
  /** Starts that came to nothing. */
  readonly #refusals = new Map<string, Refusal>()
  readonly #closing = new AbortController()
  #wake = () => {}
  readonly #executors: Executors = {
    load: step => this.#load(step),
    prepare: async () => {},
    start: step => this.#start(step),
    stop: (step, signal) => this.#stop(step, signal),
    'set-aside': async ({run}) => {
      throw new StepError(`${run.unit} is systemd's: there is one of it`, {retryable: false})
    },
    remove: ({run}) => this.#remove(run),
  }

  constructor(options: SystemdDriverOptions) {
    const {cluster, machine} = options
    this.#options = options
    this.#manager = new Manager(options.socket ?? systemdSocket, (unit, said) => this.#hear(unit, said))
    this.#written = new WrittenUnits({
      directory: options.unitDirectory ?? '/run/systemd/system',
      launchedDirectory: options.launchedDirectory ?? '/run/meissa/launched',
      owner: {cluster, machine},
    })
    this.#cache = new RunCache({list: () => this.#written.names(), inspect: (unit, signal) => this.#inspect(unit, signal)})
    this.#reloads = new Batch(() => this.#manager.reload(), gatherMilliseconds)
  }

  async capacity(): Promise<Capacity> {
    await this.#manager.connected()
    return {cpus: availableParallelism(), memoryBytes: totalmem(), gpus: true}
  }

  observe(signal?: AbortSignal): Promise<readonly Run[]> {
    return this.#cache.read(signal)
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    this.#wake = changed
    while (!signal.aborted) {
      try {
        const gone = await this.#manager.connected()
        this.#cache.streamBegan()
        changed()
        await whenAborted(AbortSignal.any([signal, gone]))
        this.#cache.streamEnded()
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error
      }
      if (!signal.aborted) await delay(reconnectMilliseconds, undefined, {signal}).catch(() => {})
    }
  }

  async perform<K extends DriverStepKind>(step: DriverStep<K>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const executor: Executors[K] = this.#executors[step.kind]
    await executor(step, signal)
  }

  async use(signal?: AbortSignal): Promise<readonly RunUse[]> {
    const running = (await this.observe(signal)).filter(({phase}) => phase === 'running')
    const accounts = running.map(({unit}) => this.#manager.accounts(unit, signal))
    return (await Promise.all(accounts)).flatMap((account, index) => {
      const run = running[index]
      return run === undefined ? [] : [{unit: run.unit, run: run.id, driver: run.driver, at: Date.now(), ...account}]
    })
  }

  lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
    return journalLines(run, count, signal)
  }

  close(): void {
    this.#closing.abort(new Error('the driver is closed'))
    this.#manager.close()
  }

  /** Writes the unit under our mark; what runs of it is not touched. */
  async #load({unit, identity, file, attended = []}: Omit<DriverStep<'load'>, 'kind'>): Promise<void> {
    const {name, definition} = unit
    if (definition === undefined) throw new StepError(`${name} is not for systemd`, {retryable: false})
    const {cluster, machine} = this.#options
    await this.#changing(name, `systemd did not take up ${name}`, async () => {
      const before = await this.#written.read(name)
      if (before === undefined) await refuseHostsOwn(this.#manager, name, this.#written.pathOf(name))
      if (before === undefined || !isSame(before.mark.identity, identity)) {
        await this.#written.setLaunched(name, false)
        this.#told.set(name, {})
      }
      const absent = new Set(attended)
      for (const other of platformUnitsOf(definition))
        if ((await this.#manager.properties(other)).load === 'not-found') absent.add(other)
      await this.#written.write(name, hostDefinition({name, definition}, {cluster, machine, identity, file}, absent))
      if (!this.#told.has(name)) this.#told.set(name, {})
      if (allOptions(parseUnitFile(definition).file, 'Install').length > 0) await this.#manager.enable(name)
      await this.#reloads.request()
    })
  }

  async #start(step: DriverStep<'start'>): Promise<void> {
    const {unit, identity, file} = step
    const there = await this.#written.read(unit.name)
    const same = there !== undefined && isSame(there.mark.identity, identity)
    const properties = there === undefined ? undefined : await this.#manager.properties(unit.name)
    if (properties !== undefined && !same) {
      if (isActive(properties))
        throw new StepError(`an older run of ${unit.name} is ${properties.active} still: stop it first`, {retryable: true})
    }
    // What it stands beside may have changed since it was loaded, or the load have come to no good end.
    if (!same || !there.launched || there.mark.file !== file) await this.#load(step)
    else if (properties?.needsReload) await this.#reloads.request()
    await this.#changing(unit.name, `systemd did not start ${unit.name}`, async () => {
      this.#refusals.delete(unit.name)
      const {ended} = await this.#manager.start(unit.name, this.#closing.signal)
      await this.#written.setLaunched(unit.name, true)
      void ended.then(result => this.#started(unit.name, result)).catch(() => {})
    })
  }

  /** A start that systemd took up and then gave up, without the unit's being failed, was none: something else was missing. */
  async #started(unit: string, result: string | undefined): Promise<void> {
    const meaning = result === undefined || !Object.hasOwn(refusedStarts, result) ? undefined : refusedStarts[result]
    if (meaning === undefined || isActive(await this.#manager.properties(unit))) return
    const [run] = (await this.#cache.read()).filter(each => each.unit === unit)
    if (run?.supervised?.active !== 'inactive') return
    this.#refusals.set(unit, {reason: meaning, at: Date.now()})
    await this.#written.setLaunched(unit, false)
    this.#cache.mark(unit)
    this.#wake()
  }

  /** systemd stops it as the unit says (TimeoutStopSec=, KillMode=, ExecStop=), but takes no longer than the grace that is given. */
  async #stop({run, graceSeconds}: DriverStep<'stop'>, signal: AbortSignal): Promise<void> {
    const {unit} = run
    const late = graceSeconds === undefined || !Number.isFinite(graceSeconds) ? undefined : new AbortController()
    if (late !== undefined) {
      delay((graceSeconds ?? 0) * 1000, undefined, {signal: late.signal})
        .then(() => this.#manager.kill(unit, sigkill))
        .catch(() => {})
    }
    try {
      await this.#changing(unit, `systemd did not stop ${unit}`, async () => {
        const result = await this.#manager.stop(unit, signal)
        if (result !== undefined && result !== 'done')
          throw new StepError(`systemd did not stop ${unit}: its job was ${result}`, {retryable: true})
        await this.#written.setLaunched(unit, false)
      })
    } finally {
      late?.abort()
    }
  }

  async #remove({unit}: Run): Promise<void> {
    await this.#changing(unit, `systemd did not let go of ${unit}`, async () => {
      const written = await this.#written.read(unit)
      if (written === undefined) return
      const properties = await this.#manager.properties(unit)
      if (isActive(properties))
        throw new StepError(`${unit} is ${properties.active}: stop it before it is removed`, {retryable: true})
      if (written.installs) await this.#manager.disable(unit)
      await this.#written.remove(unit)
      await this.#reloads.request()
      await this.#manager.resetFailed(unit)
    })
  }

  /** An observation after the change sees it, be systemd's signal on its way still. */
  async #changing(unit: string, failure: string, change: () => Promise<void>): Promise<void> {
    try {
      await change()
    } catch (error) {
      if (error instanceof StepError || error instanceof CtlError) throw error
      if (!(error instanceof BusError || (error instanceof Error && 'code' in error))) throw error
      throw new StepError(`${failure}: ${messageOf(error)}`, {retryable: true, cause: error})
    } finally {
      this.#cache.mark(unit)
    }
  }

  #hear(unit: string, said: Said): void {
    const told = this.#told.get(unit)
    if (told === undefined) return
    this.#told.set(unit, {...told, ...said})
    this.#cache.mark(unit)
    this.#wake()
  }

  async #inspect(unit: string, signal?: AbortSignal): Promise<{readonly run: Run} | undefined> {
    const written = await this.#written.read(unit)
    if (written === undefined) {
      this.#told.delete(unit)
      this.#refusals.delete(unit)
      return undefined
    }
    if (!this.#told.has(unit)) this.#told.set(unit, {})
    const properties = await this.#manager.properties(unit, signal)
    const known = remembered(properties, this.#told.get(unit) ?? {})
    return {run: runFrom(unit, written, known, this.#refusals.get(unit))}
  }
}

/** How a start can end that is no failure of the unit itself (org.freedesktop.systemd1(5), JobRemoved). */
const refusedStarts: Readonly<Record<string, string>> = {
  failed: 'systemd refused to start it: its journal says why',
  dependency: 'a unit that it requires could not be started',
  timeout: 'what it waits for did not come in time',
  unsupported: 'systemd cannot run units of this type here',
  assert: 'an Assert…= of it is not met on this machine',
}

/** Units that arrive together are read by systemd together. */
const gatherMilliseconds = 20
const reconnectMilliseconds = 1000
const sigkill = 9

function isSame(a: RunIdentity, b: RunIdentity): boolean {
  return a.runHash === b.runHash && a.generation === b.generation
}
