import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {agentFlags} from '../ctl.ts'
import type {Samples} from '../samples.ts'
import type {Size} from '../snapshot.ts'

/** What a process of passes prints. */
export interface PassReport {
  /** Milliseconds. */
  readonly samples: readonly {readonly ctl: number; readonly limit: number}[]
  /** Most that the process has had, the units that it was given included. */
  readonly residentMegabytes: number
}

export interface Passes extends Size {
  readonly pairs: number
}

/** Times full passes in a process of their own. Throws when a unit of them finds no place. */
export async function runPasses({machines, units, pairs}: Passes, signal: AbortSignal): Promise<PassReport> {
  const program = fileURLToPath(new URL('./pass-process.ts', import.meta.url))
  const words = [...agentFlags, `--max-old-space-size=${heapMegabytes}`, program, ...[machines, units, pairs].map(String)]
  const {stdout} = await promisify(execFile)(process.execPath, words, {signal})
  return JSON.parse(stdout)
}

export function samplesIn({samples}: PassReport): Samples {
  return {ctl: samples.map(({ctl}) => ctl), limit: samples.map(({limit}) => limit)}
}

const heapMegabytes = 6144
