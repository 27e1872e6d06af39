import {IndexedFile, indexOfFile} from './file-index.ts'
import {goesOn, readLines} from './lines.ts'
import type {UnitFile, UnitOption} from './sections.ts'
import type {Problem} from './unit.ts'

export type {UnitFile, UnitOption} from './sections.ts'

/** A file as far as it could be read, and what could not. */
export interface ReadUnitFile {
  readonly file: UnitFile
  readonly problems: readonly Problem[]
}

/**
 * Reads a unit file by systemd.syntax(7). Never throws: what it cannot read it leaves out and tells as a problem.
 * A line without `=` inside a section is an error, as in fleet; what stands before the first section is passed over.
 */
export function parseUnitFile(text: string): ReadUnitFile {
  const problems: Problem[] = []
  return {file: new IndexedFile(readLines(text, problems), text), problems}
}

/** The unit file as text: one line an option, one blank line between sections, no comments. */
export function printUnitFile(file: UnitFile): string {
  let text = ''
  for (const {name, options} of file.sections) {
    text += text === '' ? `[${name}]\n` : `\n[${name}]\n`
    for (const {key, value} of options) text += `${key}=${value.endsWith('\\') ? closed(value) : value}\n`
  }
  return text
}

/** A value that ends in a backslash would continue onto the next line: one more continuation and a blank line end it. */
function closed(value: string): string {
  return goesOn(value, 0, value.length) ? `${value} \\\n` : value
}

/**
 * The options of a key in all sections of that name, in their order. By the rule for lists (systemd.syntax(7)) an empty
 * value takes back what was given before it.
 */
export function optionsOf(file: UnitFile, section: string, key: string): readonly UnitOption[] {
  return indexOfFile(file, section).byKey.get(key) ?? none
}

/** The values of a list key, as `optionsOf`. */
export function valuesOf(file: UnitFile, section: string, key: string): string[] {
  return optionsOf(file, section, key).map(option => option.value)
}

/** The option of a key that takes one value: the last; undefined when that one is empty. */
export function lastOptionOf(file: UnitFile, section: string, key: string): UnitOption | undefined {
  return optionsOf(file, section, key).at(-1)
}

/** The value of a key that takes one value, as `lastOptionOf`. */
export function lastValueOf(file: UnitFile, section: string, key: string): string | undefined {
  return lastOptionOf(file, section, key)?.value
}

/** The keys that are given in the sections of that name. */
export function keysOf(file: UnitFile, section: string): {has(key: string): boolean} {
  return indexOfFile(file, section).byKey
}

/** All options of all sections of that name. */
export function allOptions(file: UnitFile, section: string): readonly UnitOption[] {
  return indexOfFile(file, section).all
}

const none: readonly UnitOption[] = []
