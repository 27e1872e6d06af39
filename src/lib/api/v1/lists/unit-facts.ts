import {parseUnit} from '../../../unit/parse-unit.ts'
import type {DriverName} from '../../../unit/unit.ts'

export interface UnitFact {
  readonly description: string | null
  /** Null when the file is missing or cannot be understood. */
  readonly driver: DriverName | null
}

/** What unit files say, read once for each unit and file that is asked for, and forgotten when there are too many. */
export class UnitFacts {
  private readonly globals = new Map<string, boolean>()
  private readonly facts = new Map<string, UnitFact>()

  /** Only a file that has the word is read for it. */
  isGlobal(name: string, file: string, text: string | undefined): boolean {
    if (text === undefined || !/^\s*Global\s*=/m.test(text)) return false
    return remember(this.globals, file, () => parseUnit(name, text).unit?.placement.global ?? false)
  }

  of(name: string, file: string, text: string | undefined): UnitFact {
    if (text === undefined) return {description: null, driver: null}
    return remember(this.facts, `${name} ${file}`, () => {
      const {unit} = parseUnit(name, text)
      return {description: unit?.description ?? null, driver: unit?.driver ?? null}
    })
  }
}

const mostRemembered = 4096

function remember<T>(known: Map<string, T>, key: string, find: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= mostRemembered) known.clear()
  const value = find()
  known.set(key, value)
  return value
}
