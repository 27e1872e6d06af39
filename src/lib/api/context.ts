import type {Log} from '../base/log.ts'
import type {Metrics} from '../base/metrics.ts'
import type {RunUse} from '../drivers/driver.ts'
import type {LiveCluster} from './live-cluster.ts'

export interface WhyQuestion {
  readonly unit: string
  /** Only this machine, by id. */
  readonly machine?: string | undefined
  /** Every machine in detail. */
  readonly all: boolean
}

export type Explained = Readonly<Record<string, unknown>> & {readonly revision: number}

/** What the routes of the API work with. */
export interface ApiContext {
  readonly cluster: LiveCluster
  /** The machine whose agent answers. */
  readonly machine: string
  /** Meissa's. */
  readonly version: string
  readonly log: Log
  /** What this process counts and measures. */
  readonly metrics: Metrics
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /**
   * Why a unit is where it is, as JSON, worked out in a thread of its own from what etcd holds: of a large cluster that takes seconds. Where
   * there is no such thread it is worked out here.
   */
  readonly explain?: ((question: WhyQuestion, signal: AbortSignal) => Promise<Explained>) | undefined
  /** What the runs of this machine take just now. */
  readonly use: (signal: AbortSignal) => Promise<readonly RunUse[]>
  /** Why this machine cannot do its work just now; undefined while it can. */
  readonly unready: () => string | undefined
}
