import {goField} from './json.ts'
import type {FleetOption} from './options.ts'

/** What fleet's API sends and takes, read out of JSON that may be anybody's. Empty fields are left out on the wire. */

export interface FleetUnit {
  readonly name: string
  readonly options: readonly FleetOption[]
  /** inactive, loaded or launched; empty where nobody said. */
  readonly desiredState: string
  /** Empty for a global unit. */
  readonly currentState: string
  readonly machineID: string
}

export interface FleetState {
  readonly name: string
  readonly hash: string
  readonly machineID: string
  readonly systemdLoadState: string
  readonly systemdActiveState: string
  readonly systemdSubState: string
}

export interface FleetMachine {
  readonly id: string
  readonly primaryIP: string
  readonly metadata: Readonly<Record<string, string>>
}

/** What a value on the wire is not. */
export class WireError extends Error {}

/** A unit. Throws WireError. */
export function readUnit(value: unknown): FleetUnit {
  return {
    name: textField(value, 'name'),
    options: listField(value, 'options').map(option => ({
      section: textField(option, 'section'),
      name: textField(option, 'name'),
      value: textField(option, 'value'),
    })),
    desiredState: textField(value, 'desiredState'),
    currentState: textField(value, 'currentState'),
    machineID: textField(value, 'machineID'),
  }
}

/** A state of a unit on a machine. Throws WireError. */
export function readState(value: unknown): FleetState {
  return {
    name: textField(value, 'name'),
    hash: textField(value, 'hash'),
    machineID: textField(value, 'machineID'),
    systemdLoadState: textField(value, 'systemdLoadState'),
    systemdActiveState: textField(value, 'systemdActiveState'),
    systemdSubState: textField(value, 'systemdSubState'),
  }
}

/** A machine. Throws WireError. */
export function readMachine(value: unknown): FleetMachine {
  const metadata = goField(value, 'metadata') ?? {}
  const keys = typeof metadata === 'object' ? Object.keys(metadata) : []
  return {
    id: textField(value, 'id'),
    primaryIP: textField(value, 'primaryIP'),
    metadata: Object.fromEntries(keys.map(key => [key, textField(metadata, key)])),
  }
}

/** A text; empty where there is none. Throws WireError for what is something else. */
export function textField(value: unknown, name: string): string {
  const text = goField(demandObject(value), name) ?? ''
  if (typeof text !== 'string') throw new WireError(`${name} is not a string`)
  return text
}

/** A list; empty where there is none. Throws WireError for what is something else. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const list = goField(demandObject(value), name) ?? []
  if (!Array.isArray(list)) throw new WireError(`${name} is not an array`)
  return list
}

function demandObject(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError(`${JSON.stringify(value) ?? 'nothing'} is not an object`.slice(0, 100))
  }
  return value
}
