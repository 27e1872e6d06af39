import {once} from 'node:events'
import type {ClusterView} from '../../cluster/view.ts'
import {readJournal} from '../../journal/read-journal.ts'
import type {Store} from '../../store/store.ts'
import {coloursFor} from '../colours.ts'
import {findMachine} from '../machines/find-machine.ts'
import {readTarget} from '../machines/read-target.ts'
import {machineReach} from '../ssh/reach.ts'
import {knownUnits} from '../units/known-units.ts'
import {needed} from '../units/wish-command.ts'
import {type JournalFlags, spanOf} from './flags.ts'
import {growingWidth, renderJournalLine} from './page.ts'

/** Prints the lines of the units that arguments name to stdout, and what is to be said of them to stderr. As `readJournal`. */
export async function runJournal(store: Store, argv: readonly string[], flags: JournalFlags, signal: AbortSignal): Promise<void> {
  const span = spanOf(flags, Date.now())
  const units = await knownUnits(store, needed(argv), signal)
  const machine = flags.machine === undefined ? undefined : await machineCalled(store, flags.machine, signal)
  const chalk = coloursFor(process.stdout)
  const style = flags.output
  let widthFor = growingWidth(0)
  let prefix = false
  await readJournal(
    {units, machine, span, follow: flags.follow, sudo: flags.sudo},
    {
      begin: (places, nameOf) => {
        prefix = flags['with-prefix'] ?? (flags['no-prefix'] !== true && places.length > 1 && style === 'short')
        widthFor = growingWidth(Math.max(...places.map(place => `${place.unit} ${nameOf(place.machine)}`.length)))
      },
      print: async (lines, nameOf) => {
        const text = lines.map(line => renderJournalLine(line, {style, prefix, chalk, nameOf, widthFor})).join('')
        if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
      },
      tell: text => process.stderr.write(`${text}\n`),
    },
    {store, reach: machineReach(flags)},
    signal,
  )
}

async function machineCalled(store: Store, word: string, signal: AbortSignal): Promise<string> {
  const find = (view: ClusterView) => findMachine(view, word)
  return find(await readTarget(store, undefined, find, signal)).id
}
