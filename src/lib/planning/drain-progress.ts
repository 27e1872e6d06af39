import {compareNatural} from '../base/natural-order.ts'
import {machineLabel} from '../cluster/machine-name.ts'
import type {Progress} from '../cluster/progress.ts'
import {targetOf} from '../cluster/rows.ts'
import type {ClusterView} from '../cluster/view.ts'
import {takeSnapshot} from '../engine/snapshot.ts'
import {UnitShelf} from '../engine/unit-shelf.ts'
import type {Kept} from '../scheduler/drain.ts'
import {objectionToPlace} from '../scheduler/filters.ts'
import {describeObjections} from '../scheduler/objection.ts'
import {scheduleAndShow} from '../scheduler/schedule.ts'

/** What is left on machines that are drained: for a view of now, milliseconds since the epoch. */
export type DrainWatch = (view: ClusterView, now: number) => ReadonlyMap<string, Progress>

/** Tells by unit what is left on these machines, and why; nothing once they are empty. Jobs that have ended do not count. */
export function watchDrain(machines: readonly string[]): DrainWatch {
  const shelf = new UnitShelf()
  return (view, now) => drainProgress(view, machines, {shelf, now})
}

function drainProgress(
  view: ClusterView,
  machines: readonly string[],
  {shelf, now}: {readonly shelf: UnitShelf; readonly now: number},
): ReadonlyMap<string, Progress> {
  const snapshot = takeSnapshot(view, shelf, {now})
  const {kept, ground, decisions} = scheduleAndShow(snapshot)
  const leaving = new Set(decisions.flatMap(each => (each.kind === 'evict' ? [`${each.machine}/${each.unit}`] : [])))
  const why = new Map(kept.map(each => [`${each.machine}/${each.unit}`, each]))
  const left = new Map<string, Progress>()
  for (const machine of machines) {
    const assigned = view.assignments.get(machine)
    const isDue = snapshot.machines.some(({id, leaving}) => id === machine && leaving)
    for (const unit of new Set([...(assigned?.keys() ?? []), ...(view.states.get(machine)?.keys() ?? [])])) {
      if (assigned?.has(unit) && ground.finished.has(unit)) continue
      const known = why.get(`${machine}/${unit}`)
      const told = assigned?.has(unit) ? standing(unit, machine, known) : waiting(`stopping on ${label(machine)}`)
      left.set(unit, isDue && told.status !== 'waiting' ? waiting(told.text) : told)
    }
  }
  return new Map([...left].sort(([a], [b]) => compareNatural(a, b)))

  function label(machine: string): string {
    const known = view.machines.get(machine)
    return known === undefined ? machine : machineLabel(known)
  }

  function standing(unit: string, machine: string, known: Kept | undefined): Progress {
    if (leaving.has(`${machine}/${unit}`)) return waiting(`is about to leave ${label(machine)}`)
    const target = snapshot.placements.find(each => each.unit === unit && each.from === machine)
    if (target !== undefined && target.machine !== machine) {
      if (target.pending !== 'failed') return waiting(`starting on ${targetOf(view, target.machine)}`)
      const reason = view.state(target.machine, unit)?.reason
      const because = reason === undefined ? '' : `: ${reason}`
      return {status: 'failed', text: `fails on ${targetOf(view, target.machine)}${because}; it goes on on ${label(machine)}`}
    }
    if (snapshot.frozen.has(unit)) return {status: 'refused', text: 'its record or its file cannot be read'}
    switch (known?.why) {
      case 'nowhere': {
        const wanted = ground.wanted.get(unit)
        const rooms = [...ground.rooms.values()].filter(room => room.machine.id !== machine)
        const objections = wanted === undefined ? [] : rooms.flatMap(room => objectionToPlace(wanted, room) ?? [])
        return {status: 'refused', text: `fits nowhere else: ${describeObjections(objections)}`}
      }
      case 'floor':
        return {status: 'refused', text: 'stays: KeepAtLeast= asks for so many of its kind to run'}
      case 'end':
        return waiting('runs to its end')
      default:
        return waiting('waits for its turn')
    }
  }
}

function waiting(text: string): Progress {
  return {status: 'waiting', text}
}
