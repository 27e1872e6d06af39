import type {Machine} from '../cluster/model.ts'
import type {DockerClient} from '../drivers/docker/client.ts'
import {defaultDockerHost} from '../drivers/docker/endpoint.ts'
import {dockerOn} from '../drivers/docker/on-host.ts'
import type {Host} from '../hosts/host.ts'

/** Opens a way to a machine. Throws UnreachableError. */
export type Reach = (machine: Machine, signal: AbortSignal) => Promise<Host>

/** A machine that has been reached, and its Docker. */
export interface Reached {
  readonly host: Host
  readonly docker: DockerClient
}

/** Reaches each machine once for all who ask, and again when it was lost. */
export class HostPool {
  readonly #reach: Reach
  readonly #signal: AbortSignal
  readonly #reached = new Map<string, Promise<Reached>>()

  /** `signal` ends what is being opened. */
  constructor(reach: Reach, signal: AbortSignal) {
    this.#reach = reach
    this.#signal = signal
  }

  /** Throws UnreachableError. */
  get(machine: Machine): Promise<Reached> {
    const known = this.#reached.get(machine.id)
    if (known !== undefined) return known
    const opened = this.#open(machine)
    this.#reached.set(machine.id, opened)
    opened.then(
      ({host}) => host.lost.addEventListener('abort', () => this.#forget(machine.id, opened), {once: true}),
      () => this.#forget(machine.id, opened),
    )
    return opened
  }

  close(): void {
    for (const opened of this.#reached.values()) void opened.then(closeBoth, () => {})
    this.#reached.clear()
  }

  async #open(machine: Machine): Promise<Reached> {
    const host = await this.#reach(machine, this.#signal)
    return {host, docker: dockerOn(host, machine.docker ?? defaultDockerHost)}
  }

  #forget(id: string, opened: Promise<Reached>): void {
    if (this.#reached.get(id) === opened) this.#reached.delete(id)
    void opened.then(closeBoth, () => {})
  }
}

function closeBoth({host, docker}: Reached): void {
  docker.close()
  host.close()
}
