import {lstat} from 'node:fs/promises'
import {join} from 'node:path'
import {parseUnitName} from '../../unit/names.ts'
import {StepError} from '../driver.ts'
import type {Manager} from './manager.ts'

/**
 * Throws StepError when the host has a unit of that name itself: a file in any directory in which systemd looks, its
 * template's, or one that systemd knows without a file, such as a mount that is there already. `path` is where ours would be.
 */
export async function refuseHostsOwn(manager: Manager, unit: string, path: string): Promise<void> {
  const template = parseUnitName(unit).template
  const names = [unit, ...(template === undefined ? [] : [template])]
  for (const directory of await manager.unitDirectories()) {
    for (const name of names) {
      const own = join(directory, name)
      if (await exists(own)) throw taken(unit, own, path)
    }
  }
  const {load, active, fragment} = await manager.properties(unit)
  if (active !== 'inactive' && active !== 'failed')
    throw taken(unit, fragment === '' ? `a unit that is ${active}, ${load} without a file` : fragment, path)
}

function taken(unit: string, own: string, path: string): StepError {
  return new StepError(
    `${unit} is the host's own (${own}), so that ${path} is not written: give the unit another name, or take the host's away`,
    {retryable: false},
  )
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw error
  }
}
