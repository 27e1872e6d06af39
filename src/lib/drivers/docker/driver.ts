import {Limiter} from '../../base/limiter.ts'
import type {ContainerSpec} from '../../unit/container/container-spec.ts'
import {stopSeconds} from '../../unit/service/stop-seconds.ts'
import type {Unit} from '../../unit/unit.ts'
import {type Capacity, type Driver, type DriverStep, type DriverStepKind, type Run, type RunUse, StepError} from '../driver.ts'
import {RunCache} from '../run-cache.ts'
import {capacityFrom} from './capacity.ts'
import {DockerClient} from './client.ts'
import {createContainer, joinNetworks, removeContainer} from './create.ts'
import {defaultDockerHost} from './endpoint.ts'
import {refusedWith} from './errors.ts'
import {type Observed, observedFrom} from './inspected.ts'
import {listAt, textAt} from './json.ts'
import {machineFilter} from './labels.ts'
import {lastLinesOf} from './logs.ts'
import {asideName, isAside, nameCandidates} from './names.ts'
import {imagePresent, pullImage, type WantedImage} from './pull.ts'
import {pullRefused, refused, startRefused} from './refusals.ts'
import {containerRequest, stopTimeout} from './spec.ts'
import {withMachineFiles} from './spec-files.ts'
import {useOf} from './use.ts'
import {watchContainers} from './watch.ts'

export interface DockerDriverOptions {
  /** As DOCKER_HOST, which is taken when this is absent; else Docker's default socket. */
  readonly dockerHost?: string
  readonly cluster: string
  readonly machine: string
  /** Before the names derived from units. */
  readonly namePrefix?: string
  /** The machine's address for published ports that name none; absent: all addresses. */
  readonly publishAddress?: string
}

/** The driver that runs units as containers of a Docker Engine. Connects when it is first asked something. */
export function openDockerDriver(options: DockerDriverOptions): Driver {
  return new DockerDriver(options)
}

type Executors = {[K in DriverStepKind]: (step: DriverStep<K>, signal: AbortSignal) => Promise<void>}

class DockerDriver implements Driver {
  readonly kinds = ['docker'] as const
  readonly #options: DockerDriverOptions
  readonly #client: DockerClient
  readonly #cache: RunCache<Observed>
  /** Docker gains nothing by removing more at once. */
  readonly #removing = new Limiter(8)
  /** Docker takes up to a second for one, and most of it waits. */
  readonly #measuring = new Limiter(64)
  readonly #executors: Executors = {
    load: async () => {},
    prepare: ({unit}, signal) => this.#prepare(containerOf(unit), signal),
    start: (step, signal) => this.#start(step, signal),
    stop: (step, signal) => this.#stop(step, signal),
    'set-aside': ({run}, signal) => this.#setAside(run, signal),
    remove: ({run}, signal) => this.#removing.run(() => this.#remove(run, signal), signal),
  }

  constructor(options: DockerDriverOptions) {
    this.#options = options
    this.#client = new DockerClient(options.dockerHost || process.env.DOCKER_HOST || defaultDockerHost)
    this.#cache = new RunCache({list: signal => this.#list(signal), inspect: (id, signal) => this.#inspect(id, signal)})
  }

  async capacity(signal?: AbortSignal): Promise<Capacity> {
    return capacityFrom(await this.#client.json('GET', '/info', {signal}))
  }

  observe(signal?: AbortSignal): Promise<readonly Run[]> {
    return this.#cache.read(signal)
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    return watchContainers({client: this.#client, labels: this.#labels, cache: this.#cache, changed}, signal)
  }

  perform<K extends DriverStepKind>(step: DriverStep<K>, signal: AbortSignal): Promise<void> {
    const executor: Executors[K] = this.#executors[step.kind]
    return executor(step, signal)
  }

  async use(signal?: AbortSignal): Promise<readonly RunUse[]> {
    const running = (await this.observe(signal)).filter(({phase}) => phase === 'running')
    const uses = await Promise.all(running.map(run => this.#measuring.run(() => useOf(this.#client, run, signal), signal)))
    return uses.filter(use => use !== undefined)
  }

  async lastLines(run: Run, count: number, signal?: AbortSignal): Promise<readonly string[]> {
    const observed = this.#cache.find(run.id) ?? (await this.#inspect(run.id, signal))
    return observed === undefined ? [] : lastLinesOf(this.#client, {id: run.id, terminal: observed.terminal}, count, signal)
  }

  close(): void {
    this.#client.close()
  }

  async #prepare({image, pull, platform}: ContainerSpec, signal: AbortSignal): Promise<void> {
    const wanted = {image, platform}
    try {
      if (pull === 'never' || (pull === 'missing' && (await imagePresent(this.#client, wanted, signal)))) return
      await pullImage(this.#client, wanted, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (pull === 'always' && (await this.#alreadyThere(wanted, signal))) return
      throw pullRefused(image, error)
    }
  }

  /** Docker's being away is told by the pull's own error. */
  async #alreadyThere(wanted: WantedImage, signal: AbortSignal): Promise<boolean> {
    try {
      return await imagePresent(this.#client, wanted, signal)
    } catch (error) {
      if (refused(error, '') === error) throw error
      return false
    }
  }

  async #start({unit, identity}: DriverStep<'start'>, signal: AbortSignal): Promise<void> {
    const {cluster, machine, namePrefix, publishAddress} = this.#options
    const spec = await withMachineFiles(containerOf(unit))
    const owner = {cluster, machine, unit: unit.name}
    const body = containerRequest(spec, {owner, identity, stopSeconds: stopSeconds(unit), publishAddress})
    try {
      const id = await createContainer(this.#client, {unit, owner, names: nameCandidates(unit, owner, namePrefix), body}, signal)
      await joinNetworks(this.#client, {id, spec}, signal)
      await this.#changing(id, () => this.#client.json('POST', `/containers/${id}/start`, {signal}))
    } catch (error) {
      throw startRefused(error)
    }
  }

  async #stop({run, graceSeconds}: DriverStep<'stop'>, signal: AbortSignal): Promise<void> {
    const query: Readonly<Record<string, string>> = graceSeconds === undefined ? {} : {t: String(stopTimeout(graceSeconds))}
    try {
      await this.#changing(run.id, () => this.#client.json('POST', `/containers/${run.id}/stop`, {query, signal}))
    } catch (error) {
      if (!refusedWith(error, 404)) throw refused(error, `Docker did not stop ${run.unit}`)
    }
  }

  async #setAside(run: Run, signal: AbortSignal): Promise<void> {
    const name = (await this.#inspect(run.id, signal))?.name
    if (name === undefined || isAside(name, run.id)) return
    try {
      const query = {name: asideName(name, run.id)}
      await this.#changing(run.id, () => this.#client.json('POST', `/containers/${run.id}/rename`, {query, signal}))
    } catch (error) {
      if (!refusedWith(error, 404)) throw refused(error, `Docker did not set the container of ${run.unit} aside`)
    }
  }

  async #remove(run: Run, signal: AbortSignal): Promise<void> {
    try {
      await this.#changing(run.id, () => removeContainer(this.#client, run.id, signal))
    } catch (error) {
      throw refused(error, `Docker did not remove the container of ${run.unit}`)
    }
  }

  /** An observation after the change sees it, be Docker's event on its way still. */
  async #changing(id: string, change: () => Promise<unknown>): Promise<void> {
    try {
      await change()
    } finally {
      this.#cache.mark(id)
    }
  }

  get docker(): string {
    return this.#client.host
  }

  get #labels(): readonly string[] {
    return machineFilter(this.#options.cluster, this.#options.machine)
  }

  async #list(signal?: AbortSignal): Promise<readonly string[]> {
    const query = {all: '1', filters: JSON.stringify({label: this.#labels})}
    const containers = await this.#client.json('GET', '/containers/json', {query, signal})
    return listAt(containers).flatMap(container => textAt(container, 'Id') ?? [])
  }

  async #inspect(id: string, signal?: AbortSignal): Promise<Observed | undefined> {
    try {
      return observedFrom(await this.#client.json('GET', `/containers/${id}/json`, {signal}))
    } catch (error) {
      if (refusedWith(error, 404)) return undefined
      throw error
    }
  }
}

function containerOf(unit: Unit): ContainerSpec {
  if (unit.container === undefined) throw new StepError(`${unit.name} is not a container`, {retryable: false})
  return unit.container
}
