import type {UnitFile, UnitOption, UnitSection} from './sections.ts'

/** The options of all sections of one name. */
export interface SectionIndex {
  readonly all: readonly UnitOption[]
  /** By key, in their order, without what an empty value takes back; present, if empty, for each key that is given. */
  readonly byKey: ReadonlyMap<string, readonly UnitOption[]>
}

/** A unit file that was read from a text, and finds its options by section and key. */
export class IndexedFile implements UnitFile {
  readonly sections: readonly UnitSection[]
  readonly #text: string
  #index: ReadonlyMap<string, SectionIndex> | undefined

  constructor(sections: readonly UnitSection[], text: string) {
    this.sections = sections
    this.#text = text
  }

  /** A file never changes, so its index is made once, when it is first asked for. */
  static indexOf(file: IndexedFile): ReadonlyMap<string, SectionIndex> {
    file.#index ??= makeIndex(file)
    return file.#index
  }

  static textOf(file: IndexedFile): string {
    return file.#text
  }
}

/** The options of all sections of that name. */
export function indexOfFile(file: UnitFile, section: string): SectionIndex {
  const index = file instanceof IndexedFile ? IndexedFile.indexOf(file) : makeIndex(file)
  return index.get(section) ?? empty
}

/** The text that a file was read from; undefined of one that was made otherwise. */
export function textOf(file: UnitFile): string | undefined {
  return file instanceof IndexedFile ? IndexedFile.textOf(file) : undefined
}

const empty: SectionIndex = {all: [], byKey: new Map()}

function makeIndex(file: UnitFile): Map<string, SectionIndex> {
  const index = new Map<string, {all: UnitOption[]; byKey: Map<string, UnitOption[]>}>()
  for (const {name, options} of file.sections) {
    let section = index.get(name)
    if (!section) {
      section = {all: [], byKey: new Map()}
      index.set(name, section)
    }
    for (const option of options) {
      section.all.push(option)
      const given = section.byKey.get(option.key)
      if (option.value === '') section.byKey.set(option.key, [])
      else if (given) given.push(option)
      else section.byKey.set(option.key, [option])
    }
  }
  return index
}
