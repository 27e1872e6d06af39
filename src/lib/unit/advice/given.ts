import type {ReadUnitFile} from '../file.ts'
import type {UnitName} from '../names.ts'
import type {ParsedUnit} from '../parse-unit.ts'
import type {ProblemList} from '../problem-list.ts'

/** What a rule looks at, and where it tells what it found. */
export interface Given {
  readonly name: UnitName
  readonly read: ReadUnitFile
  readonly unit: NonNullable<ParsedUnit['unit']>
  readonly problems: ProblemList
}
