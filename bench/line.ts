import type {CtlRunner} from './ctl.ts'
import type {Samples} from './samples.ts'

/** One line of the benchmark: some work, done by ctl and by the limit. */
export interface Line {
  /** By which it is selected. */
  readonly name: string
  readonly summary: string
  /** It takes minutes, and is measured only when its name is given. */
  readonly long?: boolean
  readonly measure: (bench: Bench) => Promise<readonly Result[]>
}

/** What every line works with. */
export interface Bench {
  readonly ctl: CtlRunner
  /** As DOCKER_HOST; undefined: Docker's default socket. */
  readonly dockerHost: string | undefined
  /** Says how it goes on. */
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** What was measured, in the order of the samples; `limit` is the same work without ctl. */
export interface Result {
  readonly name: string
  readonly unit: Measure
  readonly samples: Samples
  readonly target?: Target
  /** What the limit is, and what else is to be known. */
  readonly limitIs: string
}

/** What is counted. An exponent is how something grows with its size. */
export type Measure = 'ms' | 'calls' | 'MB' | '%' | 'exponent'

/** What is asked of the medians: of ctl's own, of the pairs' ratios or of the pairs' differences. */
export interface Target {
  readonly of: 'ctl' | 'ratio' | 'difference'
  readonly most: number
}
