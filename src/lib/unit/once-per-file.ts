import type {UnitFile} from './file.ts'
import {ProblemList} from './problem-list.ts'

type Read<T> = (file: UnitFile, problems: ProblemList) => T

/**
 * The same reading, of each file once for all its instances: for what a file says whatever the unit is called. A file that there is
 * something to say about is read each time, so that each time it is said.
 */
export function oncePerFile<T>(read: Read<T>): Read<T> {
  const known = new WeakMap<UnitFile, {readonly value: T}>()
  return (file, problems) => {
    const found = known.get(file)
    if (found !== undefined) return found.value
    const own = new ProblemList()
    const value = read(file, own)
    if (!own.isEmpty) return read(file, problems)
    known.set(file, {value})
    return value
  }
}
