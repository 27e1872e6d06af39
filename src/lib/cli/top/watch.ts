import {setTimeout as delay} from 'node:timers/promises'
import {Bell} from '../../base/bell.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {Store} from '../../store/store.ts'
import type {MachineUses} from '../../top/machine-uses.ts'
import {watchCluster} from '../watch/cluster.ts'
import {roomFor, Screen} from '../watch/screen.ts'
import {takeTerminal} from '../watch/terminal.ts'
import {type TopLook, topPrefixes} from './look.ts'
import {renderTop, type TopPage} from './page.ts'
import type {Uses} from './rows.ts'

const everyMilliseconds = 2_000

/**
 * Shows what is taken anew every two seconds, until the signal aborts, and throws its reason then. On a terminal it is redrawn
 * in place, and `q` ends it, too; elsewhere a page follows the other, as JSON one on each line.
 */
export async function watchTop(
  store: Store,
  look: TopLook,
  uses: MachineUses,
  {output, signal}: {readonly output: 'table' | 'json'; readonly signal: AbortSignal},
): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const painter =
    process.stdout.isTTY && output !== 'json'
      ? terminalPainter(
          () => over.abort(),
          () => drawn.ring(),
        )
      : undefined
  const drawn = new Bell()
  const seen = new Bell()
  let view: ClusterView | undefined
  let found: Uses | undefined
  let broken: {readonly error: unknown} | undefined
  const sampling = async () => {
    for (let first = true; !until.aborted; first = false) {
      if (view === undefined) await seen.wait(until)
      if (view === undefined) return
      found = await uses.look(look.asked(view))
      if (painter !== undefined) drawn.ring()
      else process.stdout.write(pageText(look.page(view, found), output, first))
      await delay(everyMilliseconds, undefined, {signal: until}).catch(() => {})
    }
  }
  const task = sampling().catch(error => {
    if (!until.aborted) broken = {error}
    over.abort()
  })
  try {
    await watchCluster(store, topPrefixes, {
      signal: until,
      bell: drawn,
      onLook: each => {
        view = each.view
        seen.ring()
        if (found !== undefined) painter?.draw(look.page(view, found))
      },
    })
  } finally {
    over.abort()
    await task
    painter?.close()
  }
  if (broken !== undefined) throw broken.error
  signal.throwIfAborted()
}

function pageText(page: TopPage, output: 'table' | 'json', first: boolean): string {
  if (output === 'json') return `${JSON.stringify(page)}\n`
  return `${first ? '' : '\n'}${renderTop(page, process.stdout)}`
}

/** Draws pages on this process's terminal; it is taken with the first. */
function terminalPainter(onQuit: () => void, onDisturbed: () => void) {
  const screen = new Screen()
  const {stdout} = process
  let giveBack: (() => void) | undefined
  return {
    draw: (page: TopPage) => {
      const count = 'machines' in page ? page.machines.length : page.units.length
      const {shown, more} = roomFor(count, 2, {columns: stdout.columns, rows: stdout.rows || 24})
      const lines = renderTop(page, stdout, shown).split('\n').slice(0, -1)
      giveBack ??= takeTerminal({
        onQuit,
        onDisturbed: () => {
          screen.disturb()
          onDisturbed()
        },
      })
      stdout.write(screen.draw([...lines, ...(more > 0 ? [`… ${more} more`] : [])]))
    },
    close: () => giveBack?.(),
  }
}
