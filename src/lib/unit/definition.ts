import {printUnitFile, type UnitFile} from './file.ts'

/** The text that the host's systemd is to read; the instances of a template, which share the file, share it too. */
export function definitionOf(file: UnitFile): string {
  const known = definitions.get(file)
  if (known !== undefined) return known
  const printed = printUnitFile(file)
  definitions.set(file, printed)
  return printed
}

const definitions = new WeakMap<UnitFile, string>()
