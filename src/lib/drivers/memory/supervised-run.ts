import type {Run, RunIdentity, Supervised} from '../driver.ts'
import type {MemoryRun} from './memory-engine.ts'

/** What a supervising engine makes of a unit when it is written, whatever was there before of the same name. */
export function loaded(
  before: MemoryRun | undefined,
  {unit, identity, file}: {readonly unit: string; readonly identity: RunIdentity; readonly file: string},
): MemoryRun {
  if (before !== undefined && isSame(before.run.identity, identity)) return supervised(before, before.run, {file})
  const run: Run = {id: unit, unit, driver: 'systemd', identity, phase: 'created'}
  return {run: {...run, supervised: {...asWritten, file}}, lines: []}
}

/** What runs already is not started again. */
export function launched(held: MemoryRun, {now, prints}: {readonly now: number; readonly prints: readonly string[]}): MemoryRun {
  if (held.run.phase === 'running') return supervised(held, held.run, {launched: true})
  const {exitCode: _, finishedAt: __, ...run} = held.run
  const started = supervised(held, {...run, phase: 'running', startedAt: now}, {active: 'active', sub: 'running', launched: true})
  return {...started, lines: [...held.lines, ...prints]}
}

export function stopped(held: MemoryRun, now: number): MemoryRun {
  const run: Run = held.run.phase === 'running' ? {...held.run, phase: 'exited', finishedAt: now, exitCode: 0} : held.run
  return supervised(held, run, {active: 'inactive', sub: 'dead', launched: false})
}

/** It ends by itself; nothing starts it anew. */
export function ended(held: MemoryRun, {now, exitCode}: {readonly now: number; readonly exitCode: number}): MemoryRun {
  const run: Run = {...held.run, phase: 'exited', finishedAt: now, exitCode}
  if (exitCode === 0) return supervised(held, run, {active: 'inactive', sub: 'dead'})
  return supervised(held, run, {active: 'failed', sub: 'failed', reason: `it exited with ${exitCode}`})
}

export function isSame(a: RunIdentity, b: RunIdentity): boolean {
  return a.runHash === b.runHash && a.generation === b.generation
}

const asWritten: Omit<Supervised, 'file'> = {load: 'loaded', active: 'inactive', sub: 'dead', launched: false, restarts: 0}

function supervised(held: MemoryRun, run: Run, parts: Partial<Supervised>): MemoryRun {
  const {reason: _, ...before} = {file: '', ...asWritten, ...held.run.supervised}
  return {...held, run: {...run, supervised: {...before, ...parts}}}
}
