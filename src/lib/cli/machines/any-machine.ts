import {UsageError} from '../../base/errors.ts'
import {compareNatural} from '../../base/natural-order.ts'
import type {ClusterView} from '../../cluster/view.ts'
import {findMachine} from './find-machine.ts'

/**
 * The id of the machine that a word means, be it registered or lost: of a lost machine only the id is left, and its beginning
 * is enough. What a registered one is called wins. Throws NotFoundError when there is none, UsageError when there are several.
 */
export function anyMachine(view: ClusterView, word: string): string {
  const lost = word === '' ? [] : lostMachines(view).filter(id => id.startsWith(word))
  if (lost.includes(word)) return word
  const registered = [...view.machines.values()]
  const isCalled = registered.some(({id, name, hostname, address}) => [id, name, hostname, address].includes(word))
  const [only, ...others] = lost
  if (only === undefined || isCalled) return findMachine(view, word).id
  const begun = registered.filter(({id}) => id.startsWith(word)).map(({id}) => id)
  if (others.length === 0 && begun.length === 0) return only
  throw new UsageError(`${word} may be ${[...begun, ...lost].join(', or ')}`, {hint: 'write more of the id'})
}

/** Ids of machines that are not registered, and of which the cluster still knows units or settings. */
export function lostMachines(view: ClusterView): readonly string[] {
  const ids = new Set([...view.assignments.keys(), ...view.states.keys(), ...view.settings.keys()])
  return [...ids].filter(id => !view.machines.has(id) && !view.unreadable.has(`machines/${id}`)).sort(compareNatural)
}
