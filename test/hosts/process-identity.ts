import {readdirSync, readFileSync} from 'node:fs'

/** A process, told from a later one that has its number: the start time is in ticks since boot, proc(5). */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTicks: number
}

/** The process of that number; undefined when there is none, or only its remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid)
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : {pid, startTicks: stat.startTicks}
}

export function isAlive({pid, startTicks}: ProcessIdentity): boolean {
  return identify(pid)?.startTicks === startTicks
}

/** The children of a process. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(each => statOf(each)?.parent === pid)
}

/** The fields of /proc/PID/stat behind the name, which is in parentheses and may hold anything. */
function statOf(pid: number): {state: string; parent: number; startTicks: number} | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {state: fields[0] ?? '', parent: Number(fields[1]), startTicks: Number(fields[19])}
  } catch {
    return undefined
  }
}
