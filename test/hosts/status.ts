import {readFileSync} from 'node:fs'
import type {BedRecord, HostRecord} from './bed-record.ts'
import {cgroupOf} from './cgroups.ts'
import {bedDirectory} from './places.ts'
import {sshTo} from './ready.ts'
import {sshFiles} from './ssh-files.ts'

/** What to know of a bed that has been raised: its hosts, and how to use them. */
export function describeBed(bed: BedRecord): string {
  const own = bed.name === 'hosts' ? '' : ` --name ${bed.name}`
  const rows = bed.hosts.map(({name, address}) => [name, address, `npm run hosts -- ssh ${name.replace('host', '')}${own}`])
  return `${table(['HOST', 'ADDRESS', 'LOG IN'], rows)}
export CTL_ENDPOINTS=${bed.endpoints.join(',')}
ssh -F ${sshFiles(bedDirectory(bed.name)).config} host1
npm run hosts -- down${own}
`
}

/** The hosts of a bed as they are now. */
export async function statusTable(bed: BedRecord): Promise<string> {
  const rows = await Promise.all(
    bed.hosts.map(async host => [host.name, host.address, ...(await stateOf(bed, host)), memoryOf(bed, host)]),
  )
  return `${table(['HOST', 'ADDRESS', 'SYSTEM', 'DOCKER', 'AGENT', 'MEMORY'], rows)}
export CTL_ENDPOINTS=${bed.endpoints.join(',')}
ssh -F ${sshFiles(bedDirectory(bed.name)).config} host1
`
}

async function stateOf(bed: BedRecord, host: HostRecord): Promise<readonly string[]> {
  const asking = 'systemctl is-system-running; systemctl is-active docker meissa-agent'
  const {code, stdout} = await sshTo(bed, host.name, asking, {timeoutMilliseconds: 10_000}).catch(() => ({code: 255, stdout: ''}))
  const [system = '-', docker = '-', agent = '-'] = code === 255 ? ['unreachable'] : stdout.trim().split('\n')
  return [system, docker, agent]
}

/** What its processes hold, without what is only cached. */
function memoryOf(bed: BedRecord, host: HostRecord): string {
  for (const [file, key] of [
    [`/sys/fs/cgroup/memory${cgroupOf(bed, host)}/memory.stat`, 'total_rss'],
    [`/sys/fs/cgroup${cgroupOf(bed, host)}/memory.stat`, 'anon'],
  ] as const) {
    const bytes = new RegExp(`^${key} (\\d+)$`, 'm').exec(readIfThere(file))?.[1]
    if (bytes !== undefined) return `${Math.round(Number(bytes) / 2 ** 20)}M`
  }
  return '-'
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [header, ...rows].map(row => `${line(row)}\n`).join('')
}
