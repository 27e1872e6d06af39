import {Metrics} from '../base/metrics.ts'
import {onceEach} from '../base/once-each.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {EngineDecision} from './plan.ts'

/** What an engine tells of itself. What only the leader knows is not shown by the others. */
export interface EngineMetrics {
  leads(leading: boolean): void
  passed(seconds: number, counts: DecisionCounts): void
  /** What a look at everything has shown. */
  knows(counts: KnownCounts): void
}

export interface DecisionCounts {
  /** By kind. */
  readonly decisions: Readonly<Record<string, number>>
  /** By what most machines have against the unit. */
  readonly refusals: Readonly<Record<string, number>>
}

export interface KnownCounts {
  readonly machines: number
  readonly unplaced: number
  readonly holds: boolean
  /** By desired state. */
  readonly units: Readonly<Record<string, number>>
}

export function engineMetrics(metrics: Metrics = new Metrics()): EngineMetrics {
  const leader = metrics.gauge('meissa_engine_leader', 'Whether the engine of this machine leads the cluster.')
  const seconds = metrics.histogram('meissa_engine_pass_duration_seconds', 'How long a pass of the engine took, with its writes.')
  const decided = metrics.counter('meissa_engine_decisions_total', 'What the engine decided.', ['kind'])
  const refused = metrics.counter(
    'meissa_engine_refusals_total',
    'Units that were told that they have no place, by what most machines have against them.',
    ['reason'],
  )
  const known = {
    machines: metrics.gauge('meissa_engine_machines', 'Machines that are registered, as the leader knows.'),
    units: metrics.gauge('meissa_engine_units', 'Units that are known, as the leader knows.', ['desired_state']),
    unplaced: metrics.gauge('meissa_engine_units_without_place', 'Units that want a place and have none.'),
    holds: metrics.gauge('meissa_engine_holding', 'Whether nothing is moved away from lost machines.'),
  }
  return {
    leads: leading => {
      leader.set(leading ? 1 : 0)
      if (!leading) for (const gauge of Object.values(known)) gauge.clear()
    },
    passed: (took, counts) => {
      seconds.observe(took)
      for (const [kind, count] of Object.entries(counts.decisions)) decided.add(count, {kind})
      for (const [reason, count] of Object.entries(counts.refusals)) refused.add(count, {reason})
    },
    knows: ({machines, unplaced, holds, units}) => {
      known.machines.set(machines)
      known.unplaced.set(unplaced)
      known.holds.set(holds ? 1 : 0)
      for (const [desired_state, count] of Object.entries(units)) known.units.set(count, {desired_state})
    },
  }
}

/** What was decided, counted. */
export function countDecisions(decisions: readonly EngineDecision[]): DecisionCounts {
  const counts: {decisions: Record<string, number>; refusals: Record<string, number>} = {decisions: {}, refusals: {}}
  for (const decision of decisions) {
    counts.decisions[decision.kind] = (counts.decisions[decision.kind] ?? 0) + 1
    if (decision.kind !== 'refuse') continue
    const reason = commonest(decision.objections)
    counts.refusals[reason] = (counts.refusals[reason] ?? 0) + 1
  }
  return counts
}

/** What a leader knows, counted. */
export function countKnown(view: ClusterView): KnownCounts {
  const units = {inactive: 0, loaded: 0, launched: 0}
  for (const {desiredState} of view.units.values()) units[desiredState] += 1
  return {machines: view.machines.size, unplaced: view.refusals.size, holds: view.hold !== undefined, units}
}

/** The kind that most machines say. */
const commonest = onceEach((objections: readonly {readonly kind: string}[]): string => {
  const kinds = Map.groupBy(objections, ({kind}) => kind)
  return [...kinds].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? 'no-machine'
})
