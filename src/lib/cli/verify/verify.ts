import type {Advised} from '../../unit/advice/advice.ts'
import {advise} from '../../unit/advice/advice.ts'
import {type Needs, needsOf} from '../../unit/advice/needs.ts'
import {adviseTogether} from '../../unit/advice/together.ts'
import type {ContainerSpec} from '../../unit/container/container-spec.ts'
import {parseUnitFile, type ReadUnitFile} from '../../unit/file.ts'
import {understandUnit} from '../../unit/parse-unit.ts'
import type {DriverName, Placement, Problem, Service} from '../../unit/unit.ts'

/** A unit file to be verified: its text, or why there is none. */
export interface GivenFile {
  /** What the reader knows it by. */
  readonly file: string
  /** The unit that it is verified as. */
  readonly unit: string
  readonly text: string | Unreadable
  /** What is to be said of the file, and cannot be known from its text. */
  readonly remarks?: readonly Problem[]
}

export interface Unreadable {
  readonly message: string
  readonly remedy?: string
}

/** All that is known of the files, in the shape in which `-o json` prints it. */
export interface Verification {
  readonly files: readonly VerifiedFile[]
  readonly errors: number
  readonly warnings: number
  readonly notes: number
}

/** What is null is not known, since the file is refused. */
export interface VerifiedFile {
  readonly file: string
  readonly unit: string
  /** It would be accepted. */
  readonly ok: boolean
  readonly driver: DriverName | null
  /** Why this driver runs it and not the other. */
  readonly whyNot: string | null
  readonly description: string | null
  /** Null also for what systemd runs. */
  readonly container: ContainerSpec | null
  readonly placement: Placement | null
  readonly service: Service | null
  readonly needs: Needs | null
  /** In the order of the lines. */
  readonly problems: readonly Problem[]
}

/** Verifies each file and all of them together. A template and its instances may share one text. */
export function verifyFiles(given: readonly GivenFile[]): Verification {
  const texts = new Map<string, ReadUnitFile>()
  const units = given.map(({unit, text}): Advised | undefined => {
    if (typeof text !== 'string') return undefined
    const read = texts.get(text) ?? parseUnitFile(text)
    texts.set(text, read)
    return {name: unit, read, parsed: understandUnit(unit, read)}
  })
  const readable = units.filter(unit => unit !== undefined)
  const together = new Map(adviseTogether(readable).map((problems, at) => [readable[at], problems]))
  const files = given.map((each, at) => {
    const unit = units[at]
    return unit === undefined ? unreadable(each) : verified(each, unit, together.get(unit) ?? [])
  })
  const count = (severity: Problem['severity']) =>
    files.reduce((sum, {problems}) => sum + problems.filter(problem => problem.severity === severity).length, 0)
  return {files, errors: count('error'), warnings: count('warning'), notes: count('note')}
}

function verified({file, remarks = []}: GivenFile, advised: Advised, together: readonly Problem[]): VerifiedFile {
  const {unit, choice, problems} = advised.parsed
  const all = [...remarks, ...problems, ...advise(advised), ...together].toSorted((left, right) => left.line - right.line)
  return {
    file,
    unit: advised.name,
    ok: unit !== undefined && !remarks.some(({severity}) => severity === 'error'),
    driver: choice?.driver ?? null,
    whyNot: choice?.reason ?? null,
    description: unit?.description ?? null,
    container: unit?.container ?? null,
    placement: unit?.placement ?? null,
    service: unit?.service ?? null,
    needs: unit === undefined ? null : needsOf(advised.read.file, unit),
    problems: all,
  }
}

function unreadable({file, unit, text}: GivenFile): VerifiedFile {
  const fault = typeof text === 'string' ? {message: text} : text
  const problems: readonly Problem[] = [{severity: 'error', line: 0, ...fault}]
  const unknown = {driver: null, whyNot: null, description: null, container: null, placement: null, service: null, needs: null}
  return {file, unit, ok: false, ...unknown, problems}
}

/** As JSON; a time without end is the word `infinity`, since JSON has no number for it. */
export function verificationJson(verification: Verification): string {
  return `${JSON.stringify(verification, (_, value: unknown) => (value === Infinity ? 'infinity' : value), 2)}\n`
}
