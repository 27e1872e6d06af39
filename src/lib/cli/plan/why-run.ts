import {exitCodes} from '../../base/errors.ts'
import {readCluster} from '../../cluster/read.ts'
import {type UnitWhy, whyUnits} from '../../planning/why-unit.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {findMachine} from '../machines/find-machine.ts'
import {broughtUnits, type Output} from './run.ts'
import {renderWhy} from './why-page.ts'

export interface WhyFlags {
  readonly machine?: string | undefined
  readonly all: boolean
  readonly replace: boolean
  readonly output: Output
}

/** Prints why each unit is where it is; the exit code: 7 when one has no place and would get none. */
export async function showWhy(
  store: Store,
  argv: readonly string[],
  {machine, all, replace, output}: WhyFlags,
  signal: AbortSignal,
): Promise<number> {
  const {names, submissions, warnings} = await broughtUnits(store, argv, {verb: 'placed', replace, signal})
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  const {view, revision} = await readCluster(store, signal)
  const id = machine === undefined ? undefined : findMachine(view, machine).id
  const whys = whyUnits(view, names, {revision, now: Date.now(), submissions, replace, machine: id, all})
  const text = output === 'json' ? `${JSON.stringify({revision, units: whys}, null, 2)}\n` : pages(whys)
  process.stdout.write(text)
  return whys.every(({hasPlace}) => hasPlace) ? exitCodes.done : exitCodes.unplaceable
}

function pages(whys: readonly UnitWhy[]): string {
  const {isTTY, columns} = process.stdout
  const view = {width: isTTY ? columns : undefined, chalk: coloursFor(process.stdout)}
  return whys.map(why => renderWhy(why, view)).join('\n')
}
