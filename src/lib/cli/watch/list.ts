import {Bell} from '../../base/bell.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {fieldsOf, type ListFlags, type ListSource, renderList} from '../list/listing.ts'
import {type Look, watchCluster} from './cluster.ts'
import {WatchedLines} from './lines.ts'
import {roomFor, Screen} from './screen.ts'
import {takeTerminal} from './terminal.ts'

/**
 * Prints a list and then what changes in it, until the signal aborts, and throws its reason then. On a terminal the list is
 * redrawn in place, and `q` ends it, too; elsewhere, and as JSON, lines are appended.
 */
export async function watchList<Row>(
  store: Store,
  source: ListSource<Row>,
  flags: ListFlags,
  signal: AbortSignal,
): Promise<void> {
  const fields = fieldsOf(source.columns, flags)
  let isWarned = false
  const warned: ListSource<Row> = {
    ...source,
    rows: view => {
      const rows = source.rows(view)
      if (!isWarned) process.stderr.write(unreadableText(view))
      isWarned = true
      return rows
    },
  }
  if (process.stdout.isTTY && flags.output !== 'json') await redraw(store, warned, flags, {fields, signal})
  else await append(store, warned, flags, signal)
  signal.throwIfAborted()
}

/** What cannot be read when the watch begins. */
function unreadableText({unreadable}: ClusterView): string {
  return [...unreadable].map(([key, problem]) => `warning: cannot read ${key}: ${problem}; it is left as it is\n`).join('')
}

async function redraw<Row>(
  store: Store,
  source: ListSource<Row>,
  flags: ListFlags,
  {fields, signal}: {readonly fields: readonly string[]; readonly signal: AbortSignal},
): Promise<void> {
  const screen = new Screen()
  const bell = new Bell()
  const quit = new AbortController()
  let giveBack: (() => void) | undefined
  const onDisturbed = () => {
    screen.disturb()
    bell.ring()
  }
  const isAgeing = flags.output !== 'name' && fields.includes(ageing)
  try {
    await watchCluster(store, source.prefixes, {
      signal: AbortSignal.any([signal, quit.signal]),
      bell,
      everyMs: isAgeing ? 1000 : undefined,
      onLook: look => {
        const lines = linesOf(source, look, flags)
        giveBack ??= takeTerminal({onQuit: () => quit.abort(), onDisturbed})
        process.stdout.write(screen.draw(lines))
      },
    })
  } finally {
    giveBack?.()
  }
}

/** The column whose text changes by itself. */
const ageing = 'since'

/** The list as it fits the terminal now, with what there is to say below it. */
function linesOf<Row>(source: ListSource<Row>, {view, awaySince}: Look, flags: ListFlags): readonly string[] {
  const {stdout} = process
  const chalk = coloursFor(stdout)
  const all = source.rows(view)
  const rows = flags.output === 'name' ? oneOfEach(all, source.columns.name) : all
  const others = (flags.legend && flags.output !== 'name' ? 1 : 0) + (awaySince === undefined ? 0 : 1)
  const {shown, more} = roomFor(rows.length, others, {columns: stdout.columns, rows: stdout.rows || 24})
  const text = renderList(source.columns, rows.slice(0, shown), flags, stdout)
  return [
    ...text.split('\n').slice(0, -1),
    ...(more > 0 ? [chalk.dim(`… ${more} more`)] : []),
    ...(awaySince === undefined ? [] : [chalk.red(awayText(awaySince))]),
  ]
}

async function append<Row>(store: Store, source: ListSource<Row>, flags: ListFlags, signal: AbortSignal): Promise<void> {
  const lines = new WatchedLines(source, flags)
  let away: number | undefined
  await watchCluster(store, source.prefixes, {
    signal,
    bell: new Bell(),
    onLook: ({view, awaySince}) => {
      const text = lines.next(source.rows(view))
      if (text !== '') process.stdout.write(text)
      if (awaySince !== away) process.stderr.write(`${awaySince === undefined ? 'etcd answers again' : awayText(awaySince)}\n`)
      away = awaySince
    },
  })
}

/** By the clock on the wall: a line for who looks. */
function awayText(since: number): string {
  return `etcd does not answer since ${new Date(since).toTimeString().slice(0, 8)}`
}

function oneOfEach<Row>(rows: readonly Row[], name: (row: Row) => string): readonly Row[] {
  return [...new Map(rows.map(row => [name(row), row])).values()]
}
