import {activeStates, type UnitState} from '../cluster/model.ts'
import type {Run} from '../drivers/driver.ts'
import {missingPartner} from './bonds.ts'
import {isFailed} from './plan-supervised.ts'
import {isDone, isRunning, type Memory, memoryOf, type Situation, type Wanted} from './situation.ts'
import {quietMilliseconds, type Report, settleMilliseconds, type Under} from './telling.ts'

/** What the cluster is to know of a unit in the hands of the host's systemd: its words, and ours where it has none. */
export function reportSupervised(
  situation: Situation,
  wanted: Wanted,
  run: Run | undefined,
  {machine, doing}: {readonly machine: string; readonly doing: Under | undefined},
): Report {
  const {now} = situation
  const memory = memoryOf(situation, wanted)
  if (doing !== undefined && now < doing.since + quietMilliseconds) return {wakeAt: doing.since + quietMilliseconds}
  const known = {
    machine,
    unit: wanted.unit.name,
    file: wanted.file,
    generation: wanted.identity.generation,
    restarts: run?.supervised?.restarts ?? 0,
    starts: [...(memory?.starts ?? [])].slice(-startsTold),
  }
  if (run?.supervised !== undefined && (memory?.ending === undefined || wanted.desiredState === 'loaded')) {
    if (isFailed(run) && memory?.log?.run !== run.id) return {}
    const settled = (run.startedAt ?? 0) + settleMilliseconds
    if (run.supervised.active === 'active' && run.supervised.sub === 'running' && now < settled) return {wakeAt: settled}
    const waits = run.supervised.launched || wanted.desiredState === 'loaded' ? undefined : missingPartner(situation, wanted)
    const {refused} = run.supervised
    const told = waits ?? refused?.reason
    return {
      state: {
        ...known,
        ...seen(wanted, run, memory),
        ...(refused === undefined || wanted.desiredState === 'loaded' ? {} : {active: 'failed', sub: 'failed'}),
        ...(told === undefined ? {} : {reason: told}),
      },
    }
  }
  return {state: {...known, load: 'loaded', ...unseen(situation, wanted, memory)}}
}

function seen(wanted: Wanted, run: Run, memory: Memory | undefined): Words & {readonly load: string} {
  const {load = 'loaded', active: word, sub = 'dead', reason} = run.supervised ?? {}
  const active = activeStates.find(known => known === word) ?? 'active'
  return {
    load,
    active,
    sub,
    ...(run.exitCode === undefined || isRunning(run) ? {} : {exitCode: run.exitCode}),
    ...(reason === undefined ? {} : {reason}),
    ...(isDone(wanted, memory) ? {done: true} : {}),
    ...(isFailed(run) && memory?.log !== undefined ? {log: [...memory.log.lines]} : {}),
  }
}

/** Nothing of it is there, or systemd would not take it up. The rules, first match wins. */
function unseen({disconnected}: Situation, wanted: Wanted, memory: Memory | undefined): Words {
  if (isDone(wanted, memory)) return {active: 'inactive', sub: 'dead', exitCode: 0, done: true}
  if (disconnected && wanted.unit.placement.onDisconnect === 'stop')
    return {active: 'inactive', sub: 'dead', reason: 'the cluster is out of reach'}
  if (memory?.ending?.message === undefined) return {active: 'inactive', sub: 'dead'}
  const {message} = memory.ending
  const words = {reason: message, startError: message}
  return (memory.refusals ?? 0) < patientRefusals
    ? {active: 'activating', sub: 'start-pre', ...words}
    : {active: 'failed', sub: 'failed', ...words}
}

type Words = Pick<UnitState, 'active' | 'sub'> & Partial<Pick<UnitState, 'reason' | 'exitCode' | 'done' | 'startError' | 'log'>>

/** A unit that it needs may be on its way here: fewer refusals in a row are no failure yet. */
const patientRefusals = 4
const startsTold = 8
