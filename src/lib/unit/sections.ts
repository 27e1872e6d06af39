/** A unit file as written: sections and options in their order, each with its line, values not yet understood. */
export interface UnitFile {
  readonly sections: readonly UnitSection[]
}

export interface UnitSection {
  readonly name: string
  readonly line: number
  readonly options: readonly UnitOption[]
}

export interface UnitOption {
  readonly key: string
  readonly value: string
  /** From 1; of a continued value the first. */
  readonly line: number
}
