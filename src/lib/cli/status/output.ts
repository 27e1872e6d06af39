import {CtlError} from '../../base/errors.ts'
import type {StatusReading, UnitStatus} from '../../cluster/status.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {type JournalLine, timeOf} from '../../journal/line.ts'
import {placeKey} from '../../journal/places.ts'
import {readTails, type Tail} from '../../journal/read-tails.ts'
import type {Store} from '../../store/store.ts'
import type {SshFlags} from '../ssh/flags.ts'
import {machineReach} from '../ssh/reach.ts'
import {type Page, type Printed, timeText} from './page.ts'

/**
 * The pages of units, with the last lines that each printed, from wherever it is. A machine that cannot be reached in time, or not
 * without asking, does not keep back the page: it says so in their place.
 */
export async function readPages(
  store: Store,
  {statuses, view}: StatusReading,
  {lines, flags}: {readonly lines: number; readonly flags: SshFlags},
  signal: AbortSignal,
): Promise<readonly Page[]> {
  const asked = statuses.filter(({places}) => places.some(({row}) => row.machine !== null)).map(({record}) => record.name)
  const tailOf =
    lines === 0 || asked.length === 0 ? () => undefined : await tailsOf({store, view}, {units: asked, lines, flags}, signal)
  return statuses.map(status => ({status, printed: printedBy(status, tailOf)}))
}

/** For each place. */
const patience = 5_000

type TailOf = (place: {readonly unit: string; readonly machine: string}) => Tail | undefined

async function tailsOf(
  cluster: {readonly store: Store; readonly view: ClusterView},
  {units, lines, flags}: {readonly units: readonly string[]; readonly lines: number; readonly flags: SshFlags},
  signal: AbortSignal,
): Promise<TailOf> {
  try {
    const tails = await readTails(units, {lines, patience}, {...cluster, reach: machineReach(flags, {asks: false})}, signal)
    return place => tails.get(placeKey(place))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof CtlError)) throw error
    return () => ({error})
  }
}

function printedBy({record: {name: unit}, places}: UnitStatus, tailOf: TailOf): ReadonlyMap<string, Printed> {
  return new Map(
    places.flatMap(({row: {machine}}): [string, Printed][] => {
      const tail = machine === null ? undefined : tailOf({unit, machine})
      if (machine === null || tail === undefined) return []
      if ('error' in tail) return [[machine, {trouble: `its output could not be read: ${tail.error.message}`}]]
      return [[machine, {lines: tail.lines.map(textOf)}]]
    }),
  )
}

/** With its time. */
function textOf(line: JournalLine): string {
  return `${timeText(timeOf(line))} ${line.text}`
}
