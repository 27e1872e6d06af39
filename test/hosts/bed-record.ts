import {existsSync, readFileSync} from 'node:fs'
import {mkdir, mkdtemp, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {bedDirectory, bedsDirectory} from './places.ts'
import type {ProcessIdentity} from './process-identity.ts'

export interface HostRecord {
  readonly name: string
  readonly address: string
  /** Its /etc/machine-id, fresh in every bed. */
  readonly machineId: string
}

/** What is written down of a bed, in its directory, before anything of it is made: it is enough to remove it. */
export interface BedRecord {
  readonly name: string
  /** Tells it from an earlier bed of its name. */
  readonly id: string
  /** Stays when who raised it has ended: raised by hand. */
  readonly kept: boolean
  readonly owner: ProcessIdentity
  /** The bed's end of the network in this machine, as `mhosts3`, and the first three numbers of its addresses. */
  readonly link?: string
  readonly network?: string
  readonly image: string
  readonly hosts: readonly HostRecord[]
  readonly endpoints: readonly string[]
  readonly agent: boolean
  /** Every host has answered. */
  readonly up: boolean
}

/** Takes the name: its directory appears with the record in it, or false when there is one already. */
export async function claimBed(record: BedRecord): Promise<boolean> {
  await mkdir(bedsDirectory, {recursive: true, mode: 0o700})
  const prepared = await mkdtemp(join(bedsDirectory, '.claim-'))
  try {
    await writeFile(join(prepared, 'bed.json'), JSON.stringify(record))
    await rename(prepared, bedDirectory(record.name))
    return true
  } catch (error) {
    await rm(prepared, {recursive: true, force: true})
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return false
    throw error
  }
}

export async function writeBed(record: BedRecord): Promise<void> {
  const path = join(bedDirectory(record.name), 'bed.json')
  await writeFile(`${path}.new`, JSON.stringify(record, undefined, 2))
  await rename(`${path}.new`, path)
}

/** Undefined when there is no bed of that name. */
export function readBed(name: string): BedRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(bedDirectory(name), 'bed.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** The names of all beds that there are, whole or not. */
export async function bedNames(): Promise<readonly string[]> {
  if (!existsSync(bedsDirectory)) return []
  return (await readdir(bedsDirectory)).filter(name => !name.startsWith('.'))
}

/**
 * Whether nobody has a use for the bed any more: its processes are gone (its keeper was killed, or this machine booted), or
 * who raised it is gone and it was not to be kept.
 */
export function isForsaken(
  bed: BedRecord,
  keeper: ProcessIdentity | undefined,
  isAlive: (process: ProcessIdentity) => boolean,
): boolean {
  if (keeper !== undefined && !isAlive(keeper)) return true
  return !(bed.kept && bed.up) && !isAlive(bed.owner)
}
