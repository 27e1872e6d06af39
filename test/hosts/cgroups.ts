import {existsSync} from 'node:fs'
import {lstat, readdir, rmdir} from 'node:fs/promises'
import {join} from 'node:path'
import {until} from '../fakes/until.ts'
import type {BedRecord, HostRecord} from './bed-record.ts'

const hierarchies = '/sys/fs/cgroup'
const above = 'meissa-hosts'

/** The cgroup of a host, as runc takes it: below the root of each hierarchy. */
export function cgroupOf(bed: Pick<BedRecord, 'name' | 'id'>, host: HostRecord): string {
  return `/${above}/${bed.name}-${bed.id}/${host.name}`
}

/** Removes the cgroups that a bed's hosts have left in every hierarchy; their processes are gone. */
export async function removeCgroups(bed: Pick<BedRecord, 'name' | 'id'>): Promise<void> {
  // One hierarchy (cgroup v2) is mounted at the place itself, those of v1 each in a directory.
  for (const name of ['', ...(await readdir(hierarchies))]) {
    const own = join(hierarchies, name, above, `${bed.name}-${bed.id}`)
    if (!existsSync(own) || (await lstat(join(hierarchies, name))).isSymbolicLink()) continue
    await until(`${own} is gone`, () => removeTree(own), 5_000)
    await rmdir(join(own, '..')).catch(() => {})
  }
}

/** A cgroup is a directory that is removed while there are files in it, but no others below it: rmdir(2), not unlink. */
async function removeTree(directory: string): Promise<boolean> {
  try {
    for (const entry of await readdir(directory, {withFileTypes: true}))
      if (entry.isDirectory()) await removeTree(join(directory, entry.name))
    await rmdir(directory)
  } catch {
    // Processes that have ended are taken off it a moment later.
  }
  return !existsSync(directory)
}
