import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {TimeoutError} from '../../src/lib/base/errors.ts'
import type {BedRecord, HostRecord} from './bed-record.ts'
import {execute, mustExecute, type Outcome} from './execute.ts'
import {bedDirectory, root} from './places.ts'
import {sshFiles} from './ssh-files.ts'

const bootSeconds = 90
const agentSeconds = 30

/** Runs a shell command on a host as root. Code 255 is ssh's own: the host was not reached. */
export function sshTo(
  bed: Pick<BedRecord, 'name'>,
  host: string,
  command: string,
  options: {readonly timeoutMilliseconds?: number; readonly signal?: AbortSignal | undefined} = {},
): Promise<Outcome> {
  return execute(['ssh', '-F', sshFiles(bedDirectory(bed.name)).config, host, '--', command], options)
}

/**
 * Resolves when the host has booted, sshd and Docker answer and the busybox image is there, with the names of units that
 * failed. Throws TimeoutError with what it said last.
 */
export async function untilBooted(bed: BedRecord, host: HostRecord, signal: AbortSignal): Promise<readonly string[]> {
  const asking = `systemctl is-system-running --wait >/dev/null 2>&1
    docker image inspect busybox:latest >/dev/null || exit 1
    systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1`
  let last: Outcome | undefined
  for (const deadline = performance.now() + bootSeconds * 1000; performance.now() < deadline; await delay(100)) {
    last = await sshTo(bed, host.name, asking, {signal, timeoutMilliseconds: bootSeconds * 1000})
    if (last.code === 0) return last.stdout.split('\n').filter(name => name !== '')
  }
  throw new TimeoutError(`${host.name} has not booted within ${bootSeconds} s: ${last?.stderr || last?.stdout}`)
}

/** Resolves when the agents of all hosts are registered. Throws TimeoutError with those that are. */
export async function untilRegistered(bed: BedRecord, signal: AbortSignal): Promise<void> {
  let seen = ''
  for (const deadline = performance.now() + agentSeconds * 1000; performance.now() < deadline; await delay(250)) {
    seen = await mustExecute([join(root, 'bin/ctl'), '--endpoints', bed.endpoints.join(','), 'list-machines', '-o', 'name'], {
      signal,
    })
    const ids = seen.trim().split('\n')
    if (bed.hosts.every(({machineId}) => ids.includes(machineId))) return
  }
  throw new TimeoutError(
    `not every agent has registered within ${agentSeconds} s; there are: ${seen.trim().replaceAll('\n', ', ') || 'none'}`,
    {
      hint: `journalctl -u meissa-agent on a host says why`,
    },
  )
}
