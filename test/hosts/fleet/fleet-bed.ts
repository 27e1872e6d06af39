import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, vi} from 'vitest'
import {until} from '../../fakes/until.ts'
import {execute, type Outcome} from '../execute.ts'
import {type Host, type Hosts, type HostsOptions, openHosts} from '../open-hosts.ts'
import {root} from '../places.ts'
import {whyNoHostsToTest} from '../requirements.ts'

/** A row of `ctl list-units -o json`, as far as these tests read it. */
export interface UnitRow {
  readonly unit: string
  readonly machine: string | null
  readonly desiredState: string | null
  readonly load: string
  readonly active: string
  readonly sub: string
  readonly file: string
  readonly reason: string | null
}

/** A row of `ctl list-unit-files -o json`, as far as these tests read it. */
export interface UnitFileRow {
  readonly unit: string
  readonly file: string
  readonly desiredState: string
  readonly state: string | null
  readonly target: string | null
  readonly global: boolean
}

/** Ends the words of `ExecStart=` in a service that runs until it is stopped. */
export const forever = `/bin/sh -c "while true; do echo Hello; sleep 1; done"`

/**
 * Whole machines for the tests of a file: raised before the first, skipped with the reason where there can be none, and taken
 * away after the last. After each test every unit is destroyed, every link healed, and nothing of ours is left on a machine.
 */
export function fleetBed(options: HostsOptions): FleetBed {
  vi.setConfig({testTimeout: 90_000, hookTimeout: 90_000})
  const bed = new FleetBed()
  let lack: string | undefined
  beforeAll(async () => {
    lack = await whyNoHostsToTest()
    if (lack !== undefined) return
    await bed.raise({...options, agentEnvironment: {CTL_TTL: '5s', ...options.agentEnvironment}})
  }, 600_000)
  beforeEach(context => context.skip(lack !== undefined, `no whole machines here: ${lack}`))
  afterEach(async () => {
    if (lack === undefined) await bed.tidy()
  })
  afterAll(() => bed.close())
  return bed
}

export class FleetBed {
  private raised: Hosts | undefined
  private undoing: (() => Promise<unknown>)[] = []

  /** For `fleetBed` only. */
  async raise(options: HostsOptions): Promise<void> {
    this.raised = await openHosts(options)
    await mkdir(this.at('units'))
  }

  /** For `fleetBed` only. */
  async close(): Promise<void> {
    await this.raised?.close()
  }

  /** What the bed tells: addresses, keys, etcd. */
  get about(): Hosts {
    if (this.raised === undefined) throw new Error('the bed is not raised')
    return this.raised
  }

  get hosts(): readonly Host[] {
    return this.about.hosts
  }

  /** The host of a number, from 1 as its name has it. */
  host(number: number): Host {
    const host = this.hosts[number - 1]
    if (host === undefined) throw new Error(`there is no host${number}`)
    return host
  }

  /** The host on which a machine id is at home. */
  hostOf(machine: string | null | undefined): Host {
    const host = this.hosts.find(({machineId}) => machineId === machine)
    if (host === undefined) throw new Error(`no host has the machine id ${machine}`)
    return host
  }

  /** A path in the bed's directory, which goes with the bed. */
  at(...names: readonly string[]): string {
    return join(this.about.bed.directory, ...names)
  }

  /** Runs the built ctl as a user does, the cluster named by its environment. */
  ctl(...words: readonly string[]): Promise<Outcome> {
    return this.ctlWith({}, ...words)
  }

  /** As `ctl`, with more in its environment. */
  ctlWith(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Outcome> {
    const cluster = {CTL_ENDPOINTS: this.about.endpoints.join(','), CTL_SSH_CONFIG: this.about.sshConfig}
    const all = {XDG_CONFIG_HOME: this.at('config'), ...cluster, ...environment}
    return execute(['env', ...Object.entries(all).map(([name, value]) => `${name}=${value}`), join(root, 'bin/ctl'), ...words])
  }

  /** What ctl prints. Throws, with what it said, when it does not end with 0. */
  async told(...words: readonly string[]): Promise<string> {
    const {code, stdout, stderr} = await this.ctl(...words)
    if (code !== 0) throw new Error(`ctl ${words.join(' ')} ended with ${code}: ${stderr}${stdout}`)
    return stdout
  }

  /** Starts units and waits, for 30 s at most. Throws when that fails. */
  async start(...units: readonly string[]): Promise<void> {
    await this.told('start', '--timeout', '30s', ...units)
  }

  /** Writes a unit file into a directory of the bed and answers its path. */
  async write(name: string, ...lines: readonly string[]): Promise<string> {
    const path = this.at('units', name)
    await writeFile(path, `${lines.join('\n')}\n`)
    return path
  }

  /** Writes a service that runs until it is stopped, with these lines in [X-Fleet], and answers its path. */
  service(name: string, ...placement: readonly string[]): Promise<string> {
    const section = placement.length > 0 ? ['[X-Fleet]', ...placement] : []
    return this.write(name, '[Unit]', `Description=Runs as ${name}`, '[Service]', `ExecStart=${forever}`, ...section)
  }

  async units(): Promise<readonly UnitRow[]> {
    return JSON.parse(await this.told('list-units', '-o', 'json'))
  }

  async unitFiles(): Promise<readonly UnitFileRow[]> {
    return JSON.parse(await this.told('list-unit-files', '-o', 'json'))
  }

  /** Machine ids that are registered. */
  async machines(): Promise<readonly string[]> {
    return names(await this.told('list-machines', '-o', 'name'))
  }

  /** Which hosts run the units, by systemd's word in the cluster: `{'a.service': ['host1']}`, each with those that are active. */
  async running(): Promise<Readonly<Record<string, readonly string[]>>> {
    const places: Record<string, string[]> = {}
    for (const {unit, machine, active} of await this.units()) {
      if (active === 'active') places[unit] = [...(places[unit] ?? []), this.hostOf(machine).name].sort()
    }
    return places
  }

  /** The one host that runs a unit. Throws when none does, or several do. */
  async hostRunning(unit: string): Promise<Host> {
    const found = (await this.units()).filter(row => row.unit === unit && row.active === 'active')
    if (found.length !== 1) throw new Error(`${unit} runs on ${found.length} machines`)
    return this.hostOf(found[0]?.machine)
  }

  /** Waits until the rows of list-units are as told; says what they are when they do not become so. */
  async untilUnits(what: string, holds: (rows: readonly UnitRow[]) => boolean, milliseconds = 20_000): Promise<void> {
    let seen: readonly UnitRow[] = []
    const asked = async () => {
      seen = await this.units()
      return holds(seen)
    }
    await until(what, asked, milliseconds).catch(error => {
      const lines = seen.map(({unit, machine, active, sub, reason}) => `${unit} ${machine} ${active}/${sub} (${reason})`)
      throw new Error(`${error.message}; it is:\n${lines.join('\n')}`)
    })
  }

  /** Waits until every machine is registered, under its own id, and no other. */
  async untilRegistered(): Promise<void> {
    const ids = this.hosts.map(({machineId}) => machineId).sort()
    const registered = async () => (await this.machines()).toSorted().join() === ids.join()
    await until(`the ${ids.length} machines are registered`, registered, 30_000)
  }

  /** What a host says to a command. Throws when the command fails. */
  async said(host: Host, command: string): Promise<string> {
    const {code, stdout, stderr} = await host.ssh(command)
    if (code !== 0) throw new Error(`${host.name}: ${command} ended with ${code}: ${stderr}${stdout}`)
    return stdout.trim()
  }

  /** systemd's own word on a host: `loaded/active/running`. */
  async systemd(host: Host, unit: string): Promise<string> {
    const shown = await this.said(host, `systemctl show --property LoadState,ActiveState,SubState -- ${unit}`)
    const words = new Map(shown.split('\n').map(line => [line.split('=')[0], line.split('=')[1]]))
    return ['LoadState', 'ActiveState', 'SubState'].map(key => words.get(key)).join('/')
  }

  /** Which start of a unit systemd has on a host: another one after each start. */
  invocation(host: Host, unit: string): Promise<string> {
    return this.said(host, `systemctl show --property InvocationID --value -- ${unit}`)
  }

  /** Is done when the test is over, however it ended: the last one first, before `tidy` looks. */
  afterwards(undo: () => Promise<unknown>): void {
    this.undoing.unshift(undo)
  }

  /** Undoes and destroys what a test left, and waits until every machine is there and bare. */
  async tidy(): Promise<void> {
    for (const undo of this.undoing.splice(0)) await undo()
    await Promise.all(this.hosts.map(host => host.heal()))
    const [, left] = await Promise.all([this.untilRegistered(), this.told('list-unit-files', '-o', 'name').then(names)])
    if (left.length > 0) await this.told('destroy', '--timeout', '30s', ...left)
    await Promise.all(
      this.hosts.map(host =>
        until(`${host.name} is bare`, async () => (await host.ssh(bare)).code === 0, 20_000).catch(async error => {
          throw new Error(`${error.message}: ${(await host.ssh(`! (${bare})`)).stdout}`)
        }),
      ),
    )
  }
}

/** Nothing that systemd or Docker runs for us, and nothing that failed. */
const bare = `files=$(grep -ls X-Meissa /run/systemd/system/* || :); echo "$files"; containers=$(docker ps --all --quiet); echo "$containers"; [ -z "$files$containers" ]`

function names(text: string): readonly string[] {
  return text.split('\n').filter(line => line !== '')
}
