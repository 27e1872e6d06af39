import type {Log} from '../base/log.ts'
import type {Metrics} from '../base/metrics.ts'
import type {RunUse} from '../drivers/driver.ts'
import type {LiveCluster} from './live-cluster.ts'

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
  /** What the runs of this machine take just now. */
  readonly use: (signal: AbortSignal) => Promise<readonly RunUse[]>
  /** Why this machine cannot do its work just now; undefined while it can. */
  readonly unready: () => string | undefined
}
