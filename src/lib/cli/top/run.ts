import {UnreachableError} from '../../base/errors.ts'
import {machineLabel, shortId} from '../../cluster/machine-name.ts'
import {readView} from '../../cluster/read.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {Store} from '../../store/store.ts'
import {MachineUses} from '../../top/machine-uses.ts'
import type {SshFlags} from '../ssh/flags.ts'
import {machineReach} from '../ssh/reach.ts'
import {type TopFlags, TopLook, topPrefixes, type topSubjects} from './look.ts'
import {renderTop, type TopPage} from './page.ts'
import type {Uses} from './rows.ts'

export interface TopRunFlags extends SshFlags, TopFlags {
  readonly output: 'table' | 'json'
  readonly watch: boolean
}

type Subject = (typeof topSubjects)[number]

/**
 * Prints what machines or units take, once or for as long as it is looked at. Throws UnreachableError for machines that
 * could not be asked, when everything else has been printed.
 */
export async function runTop(store: Store, what: Subject, flags: TopRunFlags, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const look = new TopLook(what, flags)
  const asks = !flags.watch
  const uses = new MachineUses(machineReach(flags, {asks}), until)
  try {
    if (flags.watch) {
      const {watchTop} = await import('./watch.ts')
      await watchTop(store, look, uses, {output: flags.output, signal})
      return
    }
    const view = await readView(store, topPrefixes, signal)
    for (const [key, problem] of view.unreadable)
      process.stderr.write(`warning: cannot read ${key}: ${problem}; it is left as it is\n`)
    const found = await uses.look(look.asked(view))
    process.stdout.write(pageText(look.page(view, found), flags.output))
    throwProblems(view, found)
  } finally {
    over.abort()
    uses.close()
  }
}

function pageText(page: TopPage, output: 'table' | 'json'): string {
  return output === 'json' ? `${JSON.stringify(page, null, 2)}\n` : renderTop(page, process.stdout)
}

/** Tells of every machine that could not be asked, with the hint of the first. */
function throwProblems(view: ClusterView, uses: Uses): void {
  const problems = [...uses].flatMap(([id, use]) => ('problem' in use ? [{id, error: use.problem}] : []))
  const [first] = problems
  if (first === undefined) return
  const told = problems.map(({id, error}) => `machine ${labelOf(view, id)}: ${error.message}`).join('\n')
  throw new UnreachableError(told, first.error.hint === undefined ? {} : {hint: first.error.hint})
}

function labelOf(view: ClusterView, id: string): string {
  const machine = view.machines.get(id)
  return machine === undefined ? shortId(id) : machineLabel(machine)
}
