import {existsSync} from 'node:fs'
import {rm} from 'node:fs/promises'
import {bedNames, isForsaken, readBed} from './bed-record.ts'
import {removeCgroups} from './cgroups.ts'
import {endKeeper, readKeeper} from './keeper.ts'
import {leaveNetwork} from './network.ts'
import {bedDirectory} from './places.ts'
import {isAlive} from './process-identity.ts'

/** Ends and removes everything of a bed, whatever state it is in; false when there is none of that name. */
export async function removeBed(name: string): Promise<boolean> {
  const directory = bedDirectory(name)
  const there = existsSync(directory)
  const bed = readBed(name)
  const keeper = readKeeper(directory)
  if (bed?.link !== undefined) await leaveNetwork(bed.link, bed.id)
  if (keeper !== undefined) await endKeeper(keeper)
  if (bed !== undefined) await removeCgroups(bed)
  await rm(directory, {recursive: true, force: true, maxRetries: 3})
  return there
}

/** Removes the beds that nobody has a use for any more, and what is left of one whose removal was killed. */
export async function sweepBeds(): Promise<void> {
  for (const name of await bedNames()) {
    const bed = readBed(name)
    if (bed === undefined || isForsaken(bed, readKeeper(bedDirectory(name)), isAlive)) await removeBed(name)
  }
}
