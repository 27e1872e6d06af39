import {readdir, stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {expandUnits, parseUnitName} from '../../unit/names.ts'

/** What lies beside a path that is being typed, written as it was begun; directories with a slash at their end. */
export async function filesAt(typed: string): Promise<readonly string[]> {
  const written = typed.slice(0, typed.lastIndexOf('/') + 1)
  const hidden = typed.slice(written.length).startsWith('.')
  const directory = written.startsWith('~/') ? join(homedir(), written.slice(2)) : written || '.'
  const entries = await readdir(directory, {withFileTypes: true})
  const shown = entries.filter(({name}) => hidden || !name.startsWith('.'))
  const paths = shown.map(async entry => {
    const isDirectory =
      entry.isDirectory() ||
      (entry.isSymbolicLink() && (await stat(join(directory, entry.name)).catch(() => undefined))?.isDirectory())
    return `${written}${entry.name}${isDirectory ? '/' : ''}`
  })
  return (await Promise.all(paths)).sort()
}

/** Whether a file is named like a unit, or like a Quadlet container. */
export function isUnitFile(path: string): boolean {
  try {
    const [unit] = expandUnits(path)
    return unit?.file !== undefined && parseUnitName(unit.name).name === unit.name
  } catch {
    return false
  }
}
