import {UnreachableError} from '../base/errors.ts'
import {keys} from '../store/keys.ts'
import type {Store} from '../store/store.ts'
import {parseUnit} from '../unit/parse-unit.ts'
import type {DriverName} from '../unit/unit.ts'

/** Tells which driver runs a unit, by its unit file's hash; each file is read once. Throws UnreachableError when it is missing. */
export function unitDrivers(store: Store, signal: AbortSignal): (unit: string, file: string) => Promise<DriverName> {
  const texts = new Map<string, Promise<string>>()
  return async (unit, file) => {
    const text = texts.get(file) ?? textOf(store, file, signal)
    texts.set(file, text)
    text.catch(() => texts.delete(file))
    const {unit: understood, choice} = parseUnit(unit, await text)
    return understood?.driver ?? choice?.driver ?? 'docker'
  }
}

async function textOf(store: Store, file: string, signal: AbortSignal): Promise<string> {
  const [entry] = (await store.get([keys.file(file)], {signal})).entries
  if (entry === undefined) throw new UnreachableError(`the unit file ${file.slice(0, 7)} (key files/${file}) is missing in etcd`)
  return entry.value
}
