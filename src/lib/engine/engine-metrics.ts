import {Metrics} from '../base/metrics.ts'
import type {ClusterView} from '../cluster/view.ts'
import type {EngineDecision} from './plan.ts'

/** What an engine tells of itself. What only the leader knows is not shown by the others. */
export interface EngineMetrics {
  leads(leading: boolean): void
  passed(seconds: number, decisions: readonly EngineDecision[]): void
  /** What a look at everything has shown. */
  knows(view: ClusterView): void
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
    passed: (took, decisions) => {
      seconds.observe(took)
      for (const decision of decisions) {
        decided.add(1, {kind: decision.kind})
        if (decision.kind === 'refuse') refused.add(1, {reason: commonest(decision.objections.map(({kind}) => kind))})
      }
    },
    knows: view => {
      known.machines.set(view.machines.size)
      known.unplaced.set(view.refusals.size)
      known.holds.set(view.hold === undefined ? 0 : 1)
      const wanted = {inactive: 0, loaded: 0, launched: 0}
      for (const {desiredState} of view.units.values()) wanted[desiredState] += 1
      for (const [desired_state, count] of Object.entries(wanted)) known.units.set(count, {desired_state})
    },
  }
}

function commonest(kinds: readonly string[]): string {
  const counts = Map.groupBy(kinds, kind => kind)
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? 'no-machine'
}
