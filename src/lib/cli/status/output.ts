import {CtlError} from '../../base/errors.ts'
import type {UnitStatus} from '../../cluster/status.ts'
import {type JournalLine, timeOf} from '../../journal/line.ts'
import {readJournal} from '../../journal/read-journal.ts'
import type {Store} from '../../store/store.ts'
import type {SshFlags} from '../ssh/flags.ts'
import {reachMachine} from '../ssh/reach.ts'
import type {Page, Printed} from './page.ts'

/**
 * The pages of units, with the last lines that each printed, from wherever it is. A machine that cannot be reached in time, or not
 * without asking, does not keep back the page: it says so in their place.
 */
export async function readPages(
  store: Store,
  statuses: readonly UnitStatus[],
  {lines, flags}: {readonly lines: number; readonly flags: SshFlags},
  signal: AbortSignal,
): Promise<readonly Page[]> {
  const asked = statuses.filter(({places}) => places.some(({row}) => row.machine !== null)).map(({record}) => record.name)
  const read = lines === 0 || asked.length === 0 ? nothing : await readLines(store, {units: asked, lines, flags}, signal)
  return statuses.map(status => ({status, printed: printedBy(status, read, lines)}))
}

interface Read {
  readonly lines: readonly JournalLine[]
  readonly trouble: string | undefined
}

const nothing: Read = {lines: [], trouble: undefined}
const patience = 5_000

async function readLines(
  store: Store,
  {units, lines, flags}: {readonly units: readonly string[]; readonly lines: number; readonly flags: SshFlags},
  signal: AbortSignal,
): Promise<Read> {
  const late = AbortSignal.timeout(patience)
  const found: JournalLine[] = []
  try {
    await readJournal(
      {units, span: {lines}, follow: false, sudo: false},
      {begin: () => {}, print: async more => void found.push(...more), tell: () => {}},
      {store, reach: (machine, until) => reachMachine(machine, flags, until, {asks: false})},
      AbortSignal.any([signal, late]),
    )
    return {lines: found, trouble: undefined}
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return {lines: found, trouble: `its output could not be read within ${patience / 1000}s`}
    if (!(error instanceof CtlError)) throw error
    return {lines: found, trouble: `its output could not be read: ${error.message}`}
  }
}

function printedBy({record, places}: UnitStatus, {lines, trouble}: Read, most: number): ReadonlyMap<string, Printed> {
  return new Map(
    places.flatMap(({row: {machine}}): [string, Printed][] => {
      if (machine === null) return []
      const own = lines.filter(line => line.unit === record.name && line.machine === machine).slice(-most)
      return [[machine, own.length === 0 && trouble !== undefined ? {trouble} : {lines: own.map(textOf)}]]
    }),
  )
}

/** With its time, to the second, in UTC. */
function textOf(line: JournalLine): string {
  return `${new Date(timeOf(line)).toISOString().replace(/\.\d+Z$/, 'Z')} ${line.text}`
}
