import {Bell} from '../base/bell.ts'
import {ConflictError, CtlError, messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {decode, encode} from '../cluster/codec.ts'
import {type Machine, machineSchema} from '../cluster/model.ts'
import {keys} from '../store/keys.ts'
import type {Entry, Guard, Session, Store} from '../store/store.ts'
import {isAlive} from './host.ts'

export type Announcement = Omit<Machine, 'id' | 'session'>

export interface MembershipOptions {
  readonly store: Store
  readonly machine: string
  readonly ttlSeconds: number
  readonly announcement: Announcement
  readonly log: Log
  /** Called whenever the machine joined or lost the cluster. */
  readonly changed: () => void
  /** Runs as long as the machine is a member: the engine's candidate. */
  readonly whileMember: (session: Session, signal: AbortSignal) => Promise<void>
}

/** How the machine stands with the cluster just now. */
export interface Standing {
  readonly session: Session
  /** Holds as long as this registration does: every write of the agent is guarded by it. */
  readonly guard: Guard
  readonly revision: number
}

/**
 * Keeps the machine registered under a lease: takes over the lease of the agent before it, registers, and when the lease
 * is lost registers anew. Throws ConflictError when another agent with this machine id is alive.
 */
export class Membership {
  private readonly options: MembershipOptions
  private announcement: Announcement
  private current: Standing | undefined

  constructor(options: MembershipOptions) {
    this.options = options
    this.announcement = options.announcement
  }

  /** Absent while the machine is not registered. */
  get standing(): Standing | undefined {
    return this.current?.session.lost.aborted ? undefined : this.current
  }

  /** Milliseconds until the lease can have run out, by the monotonic clock; 0 when there is none, or it can have. */
  leaseLeft(now: number): number {
    return Math.max(0, (this.standing?.session.deadline() ?? 0) - now)
  }

  /** Joins, and rejoins whenever the lease is lost, until the signal aborts; then the lease stays to run out by itself. */
  async run(signal: AbortSignal): Promise<void> {
    const pause = new Bell()
    while (!signal.aborted) {
      try {
        await this.memberOnce(signal)
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof CtlError) || error instanceof ConflictError) throw error
        this.options.log.warning(`cannot join the cluster: ${messageOf(error)}`, {effect: 'what runs goes on'})
        await pause.wait(signal, retryMilliseconds)
      }
    }
  }

  /** Registers once, so that a fault shows before the agent begins its work. */
  async join(signal: AbortSignal): Promise<Standing> {
    const standing = await this.register(signal)
    this.current = standing
    this.options.changed()
    return standing
  }

  /** Says that the machine is about to go, so that its units are placed elsewhere first. */
  async announceLeaving(): Promise<void> {
    this.announcement = {...this.announcement, leaving: true}
    const standing = this.standing
    if (standing === undefined) return
    await this.options.store.commit([standing.guard], [this.registration(standing.session)])
  }

  /** Ends the membership; `revoke` tells the cluster at once, otherwise a successor may take the lease over while it lasts. */
  async close(revoke: boolean): Promise<void> {
    await this.current?.session.close({revoke})
    this.current = undefined
  }

  private async memberOnce(signal: AbortSignal): Promise<void> {
    const {session} = this.standing ?? (await this.join(signal))
    const member = AbortSignal.any([signal, session.lost])
    const work = this.options.whileMember(session, member)
    const lost = new Promise<void>(resolve => {
      if (member.aborted) resolve()
      else member.addEventListener('abort', () => resolve(), {once: true})
    })
    await Promise.race([lost, work.then(() => lost)])
    await work
    if (signal.aborted) return
    this.options.log.warning('the machine lost its lease', {effect: 'what runs goes on; registering anew'})
    await session.close({revoke: false})
    this.current = undefined
    this.options.changed()
  }

  private async register(signal: AbortSignal): Promise<Standing> {
    const {store, machine, ttlSeconds, log} = this.options
    const [found] = (await store.get([keys.machine(machine)], {signal})).entries
    const session = (found && (await this.takeOver(found))) ?? (await store.openSession(ttlSeconds))
    const unchanged: Guard = {kind: 'unchanged', key: keys.machine(machine), modRevision: found?.modRevision ?? 0}
    const result = await store.commit([unchanged], [this.registration(session)], {signal})
    if (!result.ok) {
      // The record went or came meanwhile; whoever is there now is seen in the next round.
      await session.close({revoke: found === undefined})
      return this.register(signal)
    }
    log.info(found === undefined ? 'registered' : 'took over the registration of the agent before', {
      lease: session.id,
      ttl: session.ttlSeconds,
    })
    const createRevision = found?.createRevision ?? result.revision
    return {session, guard: {kind: 'created', key: keys.machine(machine), createRevision}, revision: result.revision}
  }

  /** The lease of an agent of this very machine that is certainly dead; undefined when the lease itself has ended meanwhile. */
  private async takeOver(found: Entry): Promise<Session | undefined> {
    const {store, machine, announcement} = this.options
    const before = decode(machineSchema, found.value)
    if ('problem' in before) {
      throw new ConflictError(`machine ${machine} is registered, and its record cannot be read: ${before.problem}`, {
        hint: `upgrade this agent, or wait until the lease of the other one has run out`,
      })
    }
    const {hostname, address, process} = before.value
    const sameHost = hostname === announcement.hostname && address === announcement.address
    const dead = process.boot !== announcement.process.boot || !isAlive(process.pid)
    if (!sameHost || (!dead && process.pid !== announcement.process.pid)) {
      throw new ConflictError(
        `an agent with the machine id ${machine} is alive at ${address} (${hostname}, process ${process.pid}); this one is at ${announcement.address} (${announcement.hostname})`,
        {
          hint: sameHost
            ? 'stop that agent first'
            : 'two machines must not share an id: give this one its own /etc/machine-id or --machine-id',
        },
      )
    }
    return store.adoptSession(before.value.session)
  }

  private registration(session: Session) {
    const value = encode(machineSchema, {
      ...this.announcement,
      metadata: {...this.announcement.metadata},
      drivers: [...this.announcement.drivers],
      session: session.id,
    })
    return {kind: 'put', key: keys.machine(this.options.machine), value, session: session.id} as const
  }
}

const retryMilliseconds = 1000
