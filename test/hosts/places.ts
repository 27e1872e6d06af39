import {homedir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** What outlives a run, outside the checkout: images, and the directories of the beds that stand. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'meissa/hosts')

export const imagesDirectory = join(cache, 'images')
export const bedsDirectory = join(cache, 'beds')

/** The directory of one bed. */
export function bedDirectory(name: string): string {
  return join(bedsDirectory, name)
}

/** Where a host shows the checkout, read only. */
export const checkoutInside = '/usr/local/lib/meissa/checkout'
