import * as v from 'valibot'

/**
 * All that the cluster stores, as types and as the checks of what comes back. Values are JSON with a schema number;
 * what a key says (a unit's name, a machine's id) is not said again in the value.
 */

/** Written into every value; a value with a higher number was written by a newer Meissa and is left alone. */
export const schemaNumber = 1

export const desiredStates = ['inactive', 'loaded', 'launched'] as const
/** What the operator wants of a unit: known, placed, or placed and running. */
export type DesiredState = (typeof desiredStates)[number]

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const texts = v.record(v.string(), v.string())
/** Milliseconds since the epoch. */
const time = v.number()

/** What an operator can wish of a known unit. */
export type Wish = 'load' | 'start' | 'stop' | 'restart' | 'unload' | 'destroy'

export const unitRecordSchema = v.object({
  file: hash,
  desiredState: v.picklist(desiredStates),
  /** Counts the operator's wishes for a fresh start: a run of an older generation is replaced. */
  generation: count,
})

/** What stands first in every machine's record. */
export const machineHeadSchema = v.object({
  /** A name given by the operator, unique by their care; shown in place of the id. */
  name: v.optional(v.string()),
  hostname: v.string(),
  address: v.string(),
})

export const machineSchema = v.object({
  ...machineHeadSchema.entries,
  metadata: texts,
  /** What units may take of it; a record of before says nothing of disk and devices. */
  capacity: v.object({
    cpus: v.number(),
    memoryBytes: v.number(),
    diskBytes: v.optional(v.number()),
    devices: v.optional(v.record(v.string(), v.number())),
  }),
  drivers: v.array(v.string()),
  /** Where its Docker is reached on it, as `unix:///var/run/docker.sock`. */
  docker: v.optional(v.string()),
  /** The unix socket of its agent's API, by its path on the machine. */
  api: v.optional(v.string()),
  version: v.string(),
  /** The lease it lives by; a restarted agent of the same machine takes it over. */
  session: v.string(),
  /** The agent's process: on the same host and no longer alive, its successor may take over at once. */
  process: v.object({boot: v.string(), pid: v.number()}),
  /** The agent is about to go and asks for its units to be placed elsewhere first. */
  leaving: v.optional(v.boolean()),
})

export const machineSettingsSchema = v.object({
  /** No new units are placed here. */
  cordoned: v.optional(v.boolean()),
  /** Its units go elsewhere, and no new ones come. */
  drain: v.optional(
    v.object({
      /** So many units are on their way at a time. */
      maxParallel: v.pipe(v.number(), v.integer(), v.minValue(1)),
      /** What is left then leaves at once. */
      deadline: v.optional(time),
      reason: v.optional(v.string()),
    }),
  ),
  /** The operator says that this machine will not come back. */
  gone: v.optional(v.boolean()),
  /** Overrides what the machine announces; null removes a key. */
  metadata: v.optional(v.record(v.string(), v.nullable(v.string()))),
})

export const assignmentSchema = v.object({
  file: hash,
  desiredState: v.picklist(['loaded', 'launched']),
  generation: count,
  /** Why this unit is on this machine. */
  reason: v.string(),
  /** The machine that it came from, by a move: there it stands as well until it runs here. */
  from: v.optional(v.string()),
})

export const activeStates = ['active', 'reloading', 'activating', 'deactivating', 'inactive', 'failed', 'maintenance'] as const

/** A decision of an agent about one of its units. */
const decidedSchema = v.object({
  at: time,
  /** prepare, load, start or stop. */
  step: v.string(),
  reason: v.string(),
  /** Why it came to nothing. */
  failed: v.optional(v.string()),
})
export type Decided = Readonly<v.InferOutput<typeof decidedSchema>>

/** What stands first in every state. */
export const stateHeadSchema = v.object({
  /** As systemd names it: loaded, not-found, bad-setting, error. */
  load: v.string(),
  active: v.picklist(activeStates),
  sub: v.string(),
})

export const unitStateSchema = v.object({
  ...stateHeadSchema.entries,
  file: hash,
  generation: count,
  container: v.optional(v.string()),
  health: v.optional(v.picklist(['starting', 'healthy', 'unhealthy'])),
  exitCode: v.optional(v.number()),
  restarts: count,
  /** When `active` or `sub` last changed. */
  since: time,
  /** Starts that the start limit still counts. */
  starts: v.array(time),
  /** A oneshot that has succeeded for this file and generation; it is not run again. */
  done: v.optional(v.boolean()),
  /** The last decision about it, with its reason, in words. */
  reason: v.optional(v.string()),
  /** Why it could not be started, in the engine's words; absent when it ran to an end. */
  startError: v.optional(v.string()),
  /** The last lines it printed, kept when it failed. */
  log: v.optional(v.array(v.string())),
  /** The last decisions about it on this machine, oldest first. */
  recent: v.optional(v.array(decidedSchema)),
})

export const refusalSchema = v.object({
  /** The revision of the unit's record that this speaks of. */
  unitRevision: count,
  /** `3 machines: 2 lack role=db, 1 runs conflicting db@1.service`. */
  reason: v.string(),
  /** The unit that it was taken away for, and has had no place since. */
  gaveWayTo: v.optional(v.string()),
})

/** What holds for all machines. */
export const clusterSettingsSchema = v.object({
  /** For units that say none. */
  strategy: v.optional(v.picklist(['spread', 'binpack'])),
  /** Whether the engine evens out the load of the machines by itself. */
  rebalance: v.optional(v.boolean()),
})

/** A unit is to go from one machine to another. */
export const moveSchema = v.object({
  from: v.string(),
  to: v.string(),
  reason: v.string(),
})

export const leaderSchema = v.object({
  machine: v.string(),
})

/** Stands while the engine moves nothing away from lost machines. */
export const holdSchema = v.object({
  reason: v.string(),
})

export const clusterSchema = v.object({
  /** Random, made once: containers carry it, so that two clusters on one Docker never touch each other's. */
  id: v.string(),
})

interface Named {
  readonly name: string
}
interface OnMachine {
  readonly machine: string
  readonly unit: string
}
type Value<S extends v.GenericSchema> = Readonly<v.InferOutput<S>>

export type UnitValue = Value<typeof unitRecordSchema>
export type UnitRecord = Named & UnitValue & {readonly revision: number}
export type Machine = {readonly id: string} & Value<typeof machineSchema>
export type MachineSettings = Value<typeof machineSettingsSchema> & {readonly revision: number}
/** `since`: the revision at which the unit came to this machine. */
export type Assignment = OnMachine & Value<typeof assignmentSchema> & {readonly since: number}
export type UnitState = OnMachine & Value<typeof unitStateSchema>
/** `reason`: with whom the unit gave way to; `objections`: without. */
export type Refusal = {readonly unit: string; readonly objections: string} & Value<typeof refusalSchema>
export type Drain = NonNullable<MachineSettings['drain']>
export type ClusterSettings = Value<typeof clusterSettingsSchema>
export type MoveWish = {readonly unit: string} & Value<typeof moveSchema>
export type Leader = Value<typeof leaderSchema>

/** Why a unit has no place: `gave way to vip.service; 3 machines: 3 have less cpu free than the 2 it needs (0 at most)`. */
export function refusalText(objections: string, gaveWayTo: string | undefined): string {
  return gaveWayTo === undefined ? objections : `gave way to ${gaveWayTo}; ${objections}`
}
