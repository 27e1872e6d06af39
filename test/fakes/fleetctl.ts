import {setTimeout} from 'node:timers/promises'
import {isGlobal, printOptions} from '../../src/lib/fleet/options.ts'
import {optionsOf} from '../../src/lib/fleet/stored-text.ts'
import type {FleetMachine, FleetUnit} from '../../src/lib/fleet/wire.ts'
import {FleetClient} from '../../src/lib/fleet-client/fleet-client.ts'
import type {FleetRequest, FleetTransport} from '../../src/lib/fleet-client/transport.ts'

/** What a command of fleetctl prints, and what it ends with. */
export interface Ran {
  readonly code: number
  readonly lines: readonly string[]
}

/** A request as it was made: `GET /units/web%401.service 200`. */
export type Call = string

type State = 'inactive' | 'loaded' | 'launched'

/**
 * The calls of fleetctl 1.0 with --driver=API in their order, with its way of polling and its rules about what it gets
 * back; where it would wait for ever this one gives up with 1 after `patience` milliseconds.
 */
export class Fleetctl {
  readonly calls: Call[] = []
  readonly #transport: FleetTransport
  readonly #client: FleetClient
  readonly #patience: number
  readonly #signal = new AbortController().signal
  #machines: readonly FleetMachine[] | undefined
  #lines: string[] = []

  constructor(transport: FleetTransport, patience = 10_000) {
    this.#transport = async (request, signal) => {
      const answer = await transport(request, signal)
      this.calls.push(`${request.method} ${request.path.replace(/\?.*/, '')} ${answer.status}`)
      return answer
    }
    this.#client = new FleetClient(this.#transport, this.#signal)
    this.#patience = patience
  }

  /** `files`: the unit files beside, by name. */
  submit(names: readonly string[], files: Readonly<Record<string, string>>, replace = false): Promise<Ran> {
    return this.#run(() => this.#create(names, {files, replace: replace ? ['inactive'] : undefined}))
  }

  load(names: readonly string[], files: Readonly<Record<string, string>> = {}, replace = false): Promise<Ran> {
    return this.#run(async () => {
      await this.#create(names, {files, replace: replace ? ['inactive', 'loaded'] : undefined})
      await this.#bring(names, 'loaded', 'load')
    })
  }

  start(names: readonly string[], files: Readonly<Record<string, string>> = {}, replace = false): Promise<Ran> {
    return this.#run(async () => {
      await this.#create(names, {files, replace: replace ? ['inactive', 'loaded', 'launched'] : undefined})
      const started = await this.#bring(names, 'launched', 'start')
      for (const name of started) await this.#waitActive(name)
    })
  }

  stop(names: readonly string[]): Promise<Ran> {
    return this.#run(async () => {
      const stopping: string[] = []
      for (const unit of await this.#find(names)) {
        const global = isGlobal(unit.options)
        if (!global && unit.currentState === 'inactive') throw new Failure(`Unable to stop unit ${unit.name} in state inactive`)
        if (!global && unit.currentState === 'loaded') continue
        await this.#set(unit.name, 'loaded')
        if (global) this.#say(`Triggered global unit ${unit.name} stop`)
        else stopping.push(unit.name)
      }
      await this.#wait(stopping, 'loaded')
    })
  }

  unload(names: readonly string[]): Promise<Ran> {
    return this.#run(async () => {
      const waited: string[] = []
      for (const unit of await this.#find(names)) {
        if (!isGlobal(unit.options) && unit.currentState === 'inactive') continue
        await this.#set(unit.name, 'inactive')
        if (isGlobal(unit.options)) this.#say(`Triggered global unit ${unit.name} unload`)
        else waited.push(unit.name)
      }
      await this.#wait(waited, 'inactive')
    })
  }

  /** Waits for `launched` after both of its steps, as fleetctl's own does. */
  restart(names: readonly string[]): Promise<Ran> {
    return this.#run(async () => {
      const units = await this.#find(names)
      for (const {name} of units) {
        await this.#set(name, 'loaded')
        await this.#wait([name], 'launched')
      }
      for (const {name} of units) {
        await this.#set(name, 'launched')
        await this.#wait([name], 'launched')
      }
    })
  }

  destroy(names: readonly string[]): Promise<Ran> {
    return this.#run(async () => {
      for (const {name} of await this.#find(names)) {
        const {status} = await this.#send({method: 'DELETE', path: `/units/${encodeURIComponent(name)}`})
        if (status !== 404) demand(status, `Error destroying units: ${status}`)
        this.#say(`Destroyed ${name}`)
      }
    })
  }

  cat(name: string): Promise<Ran> {
    return this.#run(async () => {
      const unit = await this.#client.unit(name)
      if (unit === undefined) throw new Failure(`Unit ${name} not found`)
      this.#lines.push(...printOptions(unit.options).trimEnd().split('\n'))
    })
  }

  /** `unit machine load/active/sub hash`; panics, as fleetctl does, for a hash of fewer than seven letters. */
  listUnits(): Promise<Ran> {
    return this.#run(async () => {
      for (const state of await this.#client.states()) {
        const {name, machineID, hash, systemdLoadState: load, systemdActiveState: active, systemdSubState: sub} = state
        if (hash !== '' && hash.length < 7) throw new Error(`panic: slice bounds out of range: ${hash}`)
        this.#say(`${name} ${await this.#legend(machineID)} ${load}/${active}/${sub} ${hash.slice(0, 7)}`)
      }
    })
  }

  /** `unit desired current target`. */
  listUnitFiles(): Promise<Ran> {
    return this.#run(async () => {
      for (const unit of await this.#client.units()) {
        const {name, desiredState, currentState, machineID} = unit
        const global = isGlobal(unit.options)
        const target = global ? 'global' : machineID === '' ? '-' : await this.#legend(machineID)
        this.#say(`${name} ${desiredState} ${global ? '-' : currentState} ${target}`)
      }
    })
  }

  listMachines(): Promise<Ran> {
    return this.#run(async () => {
      for (const {id, primaryIP, metadata} of await this.#client.machines()) {
        const words = Object.keys(metadata).sort()
        this.#say(`${id} ${primaryIP} ${words.map(key => `${key}=${metadata[key]}`).join(',') || '-'}`)
      }
    })
  }

  async #run(command: () => Promise<void>): Promise<Ran> {
    this.#lines = []
    this.#machines = undefined
    try {
      await command()
      return {code: 0, lines: this.#lines}
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return {code: 1, lines: [...this.#lines, error.message]}
    }
  }

  async #create(
    names: readonly string[],
    {files, replace}: {files: Readonly<Record<string, string>>; replace: readonly string[] | undefined},
  ): Promise<void> {
    const made: string[] = []
    for (const name of names) {
      const known = await this.#client.unit(name)
      if (known !== undefined && !this.#isToReplace(known, files, replace)) continue
      const options = await this.#optionsFor(name, files)
      const body = JSON.stringify({name, options})
      const {status, body: told} = await this.#send({method: 'PUT', path: `/units/${encodeURIComponent(name)}`, body})
      demand(status, `failed creating unit ${name}: ${told}`)
      made.push(name)
    }
    await this.#wait(made, 'inactive')
  }

  #isToReplace(known: FleetUnit, files: Readonly<Record<string, string>>, allowed: readonly string[] | undefined): boolean {
    const text = files[known.name] ?? files[templateOf(known.name) ?? '']
    const same = text === undefined || printOptions(optionsOf(text)) === printOptions(known.options)
    if (allowed === undefined) {
      if (!same) this.#say(`WARNING: Unit ${known.name} in registry differs from local unit file. Add --replace to override.`)
      return false
    }
    if (same) this.#say(`Found same Unit(${known.name}) in Registry, nothing to do`)
    else if (allowed.includes(known.desiredState)) return true
    else this.#say(`Warning: can not replace Unit(${known.name}) in state '${known.desiredState}', use the appropriate command`)
    return false
  }

  async #optionsFor(name: string, files: Readonly<Record<string, string>>) {
    const own = files[name]
    if (own !== undefined) return optionsOf(own)
    const template = templateOf(name)
    const known = template === undefined ? undefined : await this.#client.unit(template)
    if (known !== undefined) return known.options
    const beside = template === undefined ? undefined : files[template]
    if (beside === undefined) throw new Failure(`unable to find Unit(${name}) in Registry or on filesystem`)
    return optionsOf(beside)
  }

  async #bring(names: readonly string[], state: State, verb: string): Promise<readonly string[]> {
    const waited: string[] = []
    for (const name of names) {
      const unit = await this.#client.unit(name)
      if (unit === undefined) throw new Failure(`unable to find unit ${name}`)
      if (unit.desiredState === state) continue
      await this.#set(name, state)
      if (isGlobal(unit.options)) this.#say(`Triggered global unit ${name} ${verb}`)
      else waited.push(name)
    }
    await this.#wait(waited, state)
    return waited
  }

  async #set(name: string, desiredState: State): Promise<void> {
    const body = JSON.stringify({name, desiredState})
    const {status, body: told} = await this.#send({method: 'PUT', path: `/units/${encodeURIComponent(name)}`, body})
    demand(status, told)
  }

  async #find(names: readonly string[]): Promise<readonly FleetUnit[]> {
    const units = new Map((await this.#client.units()).map(unit => [unit.name, unit]))
    return names.flatMap(name => units.get(name) ?? [])
  }

  async #wait(names: readonly string[], state: State): Promise<void> {
    for (const name of names) {
      const late = `timed out waiting for unit ${name} to report state ${state}`
      await this.#poll(this.#patience, late, async () => {
        const unit = await this.#client.unit(name)
        if (unit === undefined) return false
        if ((isGlobal(unit.options) ? unit.desiredState : unit.currentState) !== state) return false
        const place = unit.machineID === '' ? '' : ` on ${await this.#legend(unit.machineID)}`
        this.#say(`Unit ${name} ${unit.currentState}${place}`)
        return true
      })
    }
  }

  /** One round of two seconds, whatever --block-attempts says. An error here would be fleetctl's end. */
  async #waitActive(name: string): Promise<void> {
    await this.#poll(2_000, `Failed to find an active unit ${name}`, async () => {
      const state = await this.#client.state(name)
      if (state === undefined) throw new Error('panic: nil pointer dereference')
      return state.systemdActiveState === 'active' && state.systemdLoadState === 'loaded'
    })
  }

  async #poll(milliseconds: number, late: string, isSo: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + milliseconds; performance.now() < end; await setTimeout(250)) {
      if (await isSo()) return
    }
    throw new Failure(late)
  }

  async #legend(id: string): Promise<string> {
    this.#machines ??= await this.#client.machines()
    const address = this.#machines.find(machine => machine.id === id)?.primaryIP
    const short = id.length > 8 ? id.slice(0, 8) : id
    return address === undefined ? `${short}...` : `${short}.../${address}`
  }

  #send(request: FleetRequest) {
    return this.#transport({...request, path: `${request.path}?alt=json`}, this.#signal)
  }

  #say(line: string): void {
    this.#lines.push(line)
  }
}

class Failure extends Error {}

function demand(status: number, otherwise: string): void {
  if (status < 200 || status > 299) throw new Failure(otherwise)
}

function templateOf(name: string): string | undefined {
  const found = /^([^@]+@)[^@]+(\.[a-z]+)$/.exec(name)
  return found === null ? undefined : `${found[1]}${found[2]}`
}
