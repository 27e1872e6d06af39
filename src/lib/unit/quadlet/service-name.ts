import {lastOptionOf, type UnitFile} from '../file.ts'
import type {UnitName} from '../names.ts'
import type {ProblemList} from '../problem-list.ts'

/** The unit that a `.container` file asks to become instead of the one of its own name (ServiceName=): `db.service`. */
export function wishedName(file: UnitFile): string | undefined {
  const name = lastOptionOf(file, 'Container', 'ServiceName')?.value
  return name === undefined ? undefined : `${name.replace(/\.service$/, '')}.service`
}

/** Tells when a text that asks for one name has come under another: ServiceName= is obeyed when its file is submitted. */
export function checkServiceName(file: UnitFile, name: UnitName, problems: ProblemList): void {
  const wished = wishedName(file)
  if (wished === undefined || wished === name.name || wished === name.template) return
  const line = lastOptionOf(file, 'Container', 'ServiceName')?.line ?? 0
  problems.error(
    {section: 'Container', key: 'ServiceName', line},
    `names ${wished}, but this is ${name.name}`,
    `submit it as a .container file, or name it ${wished}`,
  )
}
