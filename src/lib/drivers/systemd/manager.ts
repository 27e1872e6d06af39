import {Bell} from '../../base/bell.ts'
import {UnreachableError} from '../../base/errors.ts'
import {type Bus, BusError, openBus, type Signal} from './bus.ts'
import {unitOfPath, unitPath} from './object-path.ts'
import {type Accounts, accountsFrom, propertiesFrom, type Said, type UnitProperties} from './properties.ts'

/** How a job of systemd's ended: `done`, `failed`, `canceled`, `timeout`, `dependency`, `skipped`, … */
type JobResult = string

/** The host's systemd, by the calls that the driver needs (org.freedesktop.systemd1(5)). Connects when first asked. */
export class Manager {
  readonly #socket: string
  readonly #heard: (unit: string, said: Said) => void
  readonly #waiters = new Set<Waiter>()
  #bus: Promise<Bus> | undefined

  /** `heard` is called for each unit of which systemd tells something, with the properties that it tells. */
  constructor(socket: string, heard: (unit: string, said: Said) => void) {
    this.#socket = socket
    this.#heard = heard
  }

  /** Connects, if it is not; the answer is aborted once this connection is gone. Throws UnreachableError. */
  async connected(): Promise<AbortSignal> {
    return (await this.#connect()).gone
  }

  /**
   * Resolves when systemd has taken the start up, with a promise of how it ends: undefined when systemd goes away before.
   * Throws BusError with systemd's objection.
   */
  start(unit: string, signal?: AbortSignal): Promise<{readonly ended: Promise<JobResult | undefined>}> {
    return this.#job('StartUnit', unit, signal)
  }

  /** Resolves with its result when the stop has ended; undefined when systemd knows no such unit. */
  async stop(unit: string, signal?: AbortSignal): Promise<JobResult | undefined> {
    try {
      const {ended} = await this.#job('StopUnit', unit, signal)
      const result = await ended
      signal?.throwIfAborted()
      if (result === undefined) throw new UnreachableError(`systemd went away while it stopped ${unit}`)
      return result
    } catch (error) {
      if (isNoSuchUnit(error)) return undefined
      throw error
    }
  }

  /** Sends a signal to all processes of the unit. */
  async kill(unit: string, signalNumber: number): Promise<void> {
    await this.#manage('KillUnit', {signature: 'ssi', body: [unit, 'all', signalNumber]}).catch(passOver)
  }

  /** Reads all unit files anew. */
  async reload(): Promise<void> {
    await this.#manage('Reload')
  }

  /** Links the unit into what its [Install] names, until the next boot. */
  async enable(unit: string): Promise<void> {
    await this.#manage('EnableUnitFiles', {signature: 'asbb', body: [[unit], true, false]})
  }

  /** Takes away what `enable` linked. */
  async disable(unit: string): Promise<void> {
    await this.#manage('DisableUnitFiles', {signature: 'asb', body: [[unit], true]}).catch(passOver)
  }

  /** Forgets that the unit failed. */
  async resetFailed(unit: string): Promise<void> {
    await this.#manage('ResetFailedUnit', {signature: 's', body: [unit]}).catch(passOver)
  }

  /** The directories in which systemd looks for units, the most important first. */
  async unitDirectories(): Promise<readonly string[]> {
    const found = await this.#get('/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager', 'UnitPath')
    return Array.isArray(found) ? found.map(String) : []
  }

  /** What systemd says of a unit; one that it does not know is `not-found`. */
  async properties(unit: string, signal?: AbortSignal): Promise<UnitProperties> {
    const path = unitPath(unit)
    const isService = unit.endsWith('.service')
    const asked = isService ? ['Result', 'ExecMainCode', 'ExecMainStatus', 'NRestarts'] : ['Result']
    const [all, result, exitKind, exitStatus, restarts] = await Promise.all([
      this.#getAll(path, signal),
      ...asked.map(name => this.#get(path, typedInterface(unit), name, signal).catch(passOver)),
    ])
    return propertiesFrom({...said(all), Result: result, ExecMainCode: exitKind, ExecMainStatus: exitStatus, NRestarts: restarts})
  }

  /** What systemd counts for a unit; nothing of one of a type that has no processes. */
  async accounts(unit: string, signal?: AbortSignal): Promise<Accounts> {
    const path = unitPath(unit)
    const [memory, cpu] = await Promise.all(
      ['MemoryCurrent', 'CPUUsageNSec'].map(name => this.#get(path, typedInterface(unit), name, signal).catch(passOver)),
    )
    return accountsFrom({MemoryCurrent: memory, CPUUsageNSec: cpu})
  }

  close(): void {
    this.#bus?.then(bus => bus.close()).catch(() => {})
    this.#bus = undefined
  }

  #connect(): Promise<Bus> {
    if (this.#bus !== undefined) return this.#bus
    const bus = openBus(this.#socket, signal => this.#hear(signal))
    this.#bus = bus
    const forget = () => {
      if (this.#bus === bus) this.#bus = undefined
    }
    bus.then(({gone}) => (gone.aborted ? forget() : gone.addEventListener('abort', forget, {once: true})), forget)
    return bus
  }

  #hear({path, interface: face, member, body}: Signal): void {
    const unit = member === 'PropertiesChanged' && face === propertiesInterface ? unitOfPath(path) : undefined
    if (unit !== undefined) this.#heard(unit, said(body[1]))
    if (face !== managerInterface) return
    if (member === 'UnitRemoved') this.#heard(String(body[0]), {})
    if (member === 'JobRemoved') {
      const [, job, name, result] = body.map(String)
      for (const waiter of this.#waiters) {
        if (waiter.unit !== name || job === undefined) continue
        waiter.results.set(job, result ?? '')
        waiter.bell.ring()
      }
    }
  }

  /** Of a job the end may be told before its name is. */
  async #job(member: string, unit: string, signal?: AbortSignal): Promise<{readonly ended: Promise<JobResult | undefined>}> {
    const waiter: Waiter = {unit, results: new Map(), bell: new Bell()}
    this.#waiters.add(waiter)
    try {
      const {gone} = await this.#connect()
      const job = String(await this.#manage(member, {signature: 'ss', body: [unit, 'replace']}, signal))
      const end = AbortSignal.any([gone, ...(signal === undefined ? [] : [signal])])
      return {ended: this.#jobEnd(waiter, job, end)}
    } catch (error) {
      this.#waiters.delete(waiter)
      throw error
    }
  }

  async #jobEnd(waiter: Waiter, job: string, signal: AbortSignal): Promise<JobResult | undefined> {
    while (!waiter.results.has(job) && !signal.aborted) await waiter.bell.wait(signal)
    this.#waiters.delete(waiter)
    return waiter.results.get(job)
  }

  async #manage(
    member: string,
    typed: {readonly signature?: string; readonly body?: readonly unknown[]} = {},
    signal?: AbortSignal,
  ): Promise<unknown> {
    const bus = await this.#connect()
    return bus.call({path: '/org/freedesktop/systemd1', interface: managerInterface, member, ...typed}, signal)
  }

  async #get(path: string, face: string, name: string, signal?: AbortSignal): Promise<unknown> {
    const bus = await this.#connect()
    return bus.call({path, interface: propertiesInterface, member: 'Get', signature: 'ss', body: [face, name]}, signal)
  }

  async #getAll(path: string, signal?: AbortSignal): Promise<unknown> {
    const bus = await this.#connect()
    const body = ['org.freedesktop.systemd1.Unit']
    return bus.call({path, interface: propertiesInterface, member: 'GetAll', signature: 's', body}, signal)
  }
}

interface Waiter {
  readonly unit: string
  /** By the path of the job. */
  readonly results: Map<string, JobResult>
  readonly bell: Bell
}

const managerInterface = 'org.freedesktop.systemd1.Manager'
const propertiesInterface = 'org.freedesktop.DBus.Properties'

/** Of a type of units: org.freedesktop.systemd1.Service. */
function typedInterface(unit: string): string {
  return `org.freedesktop.systemd1.${unit.slice(unit.lastIndexOf('.') + 1).replace(/^./, letter => letter.toUpperCase())}`
}

function isNoSuchUnit(error: unknown): boolean {
  return error instanceof BusError && error.dbusName === 'org.freedesktop.systemd1.NoSuchUnit'
}

/** For calls that systemd may refuse, since there is nothing left to do or to know. */
function passOver(error: unknown): undefined {
  if (!(error instanceof BusError)) throw error
}

function said(properties: unknown): Said {
  return typeof properties === 'object' && properties !== null ? Object.fromEntries(Object.entries(properties)) : {}
}
