import {readFile} from 'node:fs/promises'
import {arch, hostname, networkInterfaces, release, uptime} from 'node:os'
import {UsageError} from '../base/errors.ts'
import {EnvironmentFileError, parseEnvironmentFile} from '../unit/service/environment-text.ts'
import type {Host} from '../unit/unit.ts'

/** What the agent learns of its machine at the start; the one place that asks the operating system. */
export interface ThisHost extends Host {
  /** Milliseconds since the epoch. */
  readonly bootedAt: number
}

/** Reads what the machine says of itself. Throws UsageError where it has no machine id and none is given. */
export async function readHost(machineId: string | undefined): Promise<ThisHost> {
  const {PRETTY_HOSTNAME: prettyHostname} = await readVariables('/etc/machine-info')
  return {
    hostname: hostname(),
    machineId: machineId ?? (await readMachineId()),
    bootId: await readFirstLine('/proc/sys/kernel/random/boot_id'),
    kernel: release(),
    architecture: arch() === 'x64' ? 'x86-64' : arch(),
    ...(prettyHostname === undefined ? {} : {prettyHostname}),
    osRelease: {ID: 'linux', ...(await readVariables('/usr/lib/os-release')), ...(await readVariables('/etc/os-release'))},
    environment: {},
    bootedAt: Date.now() - uptime() * 1000,
  }
}

/** The first IPv4 address that other machines can reach, or loopback where there is none. */
export function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const {address, family, internal} of addresses ?? []) {
      if (family === 'IPv4' && !internal && !address.startsWith('169.254.')) return address
    }
  }
  return '127.0.0.1'
}

/** Whether a process of this machine is alive; one of another user counts as alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function readMachineId(): Promise<string> {
  const id = await readFirstLine('/etc/machine-id')
  if (id !== '') return id
  throw new UsageError('this machine has no id: /etc/machine-id is missing or empty', {
    hint: 'run `systemd-machine-id-setup`, or give one with --machine-id',
  })
}

/** Nothing of a file that is missing or cannot be read. */
async function readVariables(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return parseEnvironmentFile(text)
  } catch (error) {
    if (error instanceof EnvironmentFileError) return {}
    throw error
  }
}

async function readFirstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n')[0]?.trim() ?? ''
}
