import {type DesiredState, desiredStates, type UnitRecord} from '../../cluster/model.ts'
import type {Submission} from '../../cluster/submit.ts'
import {printOptions} from '../../fleet/options.ts'
import {isSameToFleet} from '../../fleet/stored-text.ts'
import type {FleetUnit} from '../../fleet/wire.ts'
import type {Problem} from '../../unit/unit.ts'
import {type GivenFile, type Verification, type VerifiedFile, verifyFiles} from '../verify/verify.ts'

/** A unit of fleet's, and what becomes of it here. */
export interface ImportRow {
  readonly unit: string
  /** What is wanted of it in fleet. */
  readonly desiredState: string
  /** Where fleet runs it: a machine's id. */
  readonly machine: string | null
  /** What would run it here; null for one that is refused. */
  readonly driver: string | null
  readonly action: 'submit' | 'same' | 'differs' | 'replace' | 'refuse'
  readonly problems: readonly Problem[]
}

export interface ImportPlan {
  readonly rows: readonly ImportRow[]
  /** What is to be written. */
  readonly submissions: readonly Submission[]
  readonly verification: Verification
  readonly given: readonly GivenFile[]
}

/** A unit that is known here. */
export interface KnownUnit {
  readonly record: UnitRecord
  readonly text: string
}

/** Decides what becomes of each unit. One that is wanted running here is replaced only when it is to be started anew. */
export function planImport(
  units: readonly FleetUnit[],
  known: ReadonlyMap<string, KnownUnit>,
  options: {readonly replace: boolean; readonly start: boolean},
): ImportPlan {
  const given = units.map(givenFile)
  const verification = verifyFiles(given)
  const rows = units.map((unit, at) => rowOf(unit, verification.files[at], {...options, here: known.get(unit.name)}))
  const submissions = rows.flatMap(({unit, action}, at) => {
    const text = given[at]?.text
    const isWritten = action === 'submit' || action === 'replace'
    return isWritten && typeof text === 'string' ? [{name: unit, text, source: `${unit} in fleet`}] : []
  })
  return {rows, submissions, verification, given}
}

/** What is to be wanted here; a template, and what fleet took without looking, is only known. */
export function wantedHere({name, desiredState}: Pick<FleetUnit, 'name' | 'desiredState'>): DesiredState {
  const wanted = desiredStates.find(known => known === desiredState)
  return wanted === undefined || name.includes('@.') ? 'inactive' : wanted
}

function givenFile({name, options}: FleetUnit): GivenFile {
  const text = options.length === 0 ? {message: 'has no options in fleet'} : printOptions(options)
  return {file: name, unit: name, text}
}

interface RowOptions {
  readonly replace: boolean
  readonly start: boolean
  readonly here: KnownUnit | undefined
}

function rowOf(unit: FleetUnit, file: VerifiedFile | undefined, options: RowOptions): ImportRow {
  const {name, desiredState, machineID} = unit
  return {
    unit: name,
    desiredState: desiredState === '' ? 'inactive' : desiredState,
    machine: machineID === '' ? null : machineID,
    driver: file?.ok ? file.driver : null,
    action: file?.ok ? actionFor(unit, options) : 'refuse',
    problems: file?.problems ?? [],
  }
}

function actionFor(unit: FleetUnit, {replace, start, here}: RowOptions): ImportRow['action'] {
  if (here === undefined) return 'submit'
  if (isSameToFleet(here.text, printOptions(unit.options))) return 'same'
  const reach = start ? wantedHere(unit) : 'inactive'
  return replace && desiredStates.indexOf(here.record.desiredState) <= desiredStates.indexOf(reach) ? 'replace' : 'differs'
}
