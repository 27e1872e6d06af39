import {setTimeout as delay} from 'node:timers/promises'
import {CtlError, UnreachableError} from '../base/errors.ts'
import {Limiter} from '../base/limiter.ts'
import type {Machine} from '../cluster/model.ts'
import type {RunUse} from '../drivers/driver.ts'
import {HostPool, type Reach} from '../journal/host-pool.ts'
import {UseClient} from './ask-use.ts'
import {type UnitUse, unitUses} from './rates.ts'

/** What the units of a machine take, by their names, or why it cannot be told. */
export type MachineUse = {readonly units: ReadonlyMap<string, UnitUse>} | {readonly problem: CtlError}

/** Asks machines what their units take, again and again: connections are kept between two looks. */
export class MachineUses {
  private readonly pool: HostPool
  private readonly signal: AbortSignal
  private readonly width = new Limiter(askedAtOnce)
  private readonly seen = new Map<string, Seen>()

  /** `signal` ends what is under way. */
  constructor(reach: Reach, signal: AbortSignal) {
    this.pool = new HostPool(reach, signal)
    this.signal = signal
  }

  /** What these machines' units take now, by the machines' ids; each machine is looked at twice the first time, a second apart. */
  async look(machines: readonly Machine[]): Promise<ReadonlyMap<string, MachineUse>> {
    const looks = machines.map(machine =>
      this.width.run(async () => [machine.id, await this.lookAt(machine)] as const, this.signal),
    )
    return new Map(await Promise.all(looks))
  }

  close(): void {
    for (const {client} of this.seen.values()) client.close()
    this.seen.clear()
    this.pool.close()
  }

  private async lookAt(machine: Machine): Promise<MachineUse> {
    try {
      const {client, runs: before} = this.seen.get(machine.id) ?? (await this.begin(machine))
      const runs = await client.ask(this.signal)
      this.seen.set(machine.id, {client, runs})
      return {units: unitUses(before, runs)}
    } catch (error) {
      this.signal.throwIfAborted()
      this.seen.get(machine.id)?.client.close()
      this.seen.delete(machine.id)
      if (error instanceof CtlError) return {problem: error}
      throw error
    }
  }

  private async begin(machine: Machine): Promise<Seen> {
    if (machine.api === undefined)
      throw new UnreachableError('its agent has no socket for its API', {
        hint: 'it is too old, or runs with --api-socket none',
      })
    const {host} = await this.pool.get(machine)
    const client = new UseClient(host, machine.api)
    try {
      const runs = await client.ask(this.signal)
      if (runs.length > 0) await delay(apartMilliseconds, undefined, {signal: this.signal})
      return {client, runs}
    } catch (error) {
      client.close()
      throw error
    }
  }
}

interface Seen {
  readonly client: UseClient
  readonly runs: readonly RunUse[]
}

const askedAtOnce = 32
const apartMilliseconds = 1_000
