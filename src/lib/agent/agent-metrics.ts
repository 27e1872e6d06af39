import {Metrics} from '../base/metrics.ts'
import type {UnitState} from '../cluster/model.ts'
import type {StepKind} from './step.ts'

/** What an agent tells of itself. */
export interface AgentMetrics {
  round(seconds: number): void
  step(kind: StepKind, outcome: 'done' | 'failed'): void
  /** A state of a unit was reported: what it was before, and what it is; undefined where there is none. */
  reported(before: UnitState | undefined, after: UnitState | undefined): void
}

export function agentMetrics(metrics: Metrics = new Metrics()): AgentMetrics {
  const rounds = metrics.histogram(
    'meissa_agent_round_duration_seconds',
    'How long a round of the agent took: look, plan, report.',
  )
  const steps = metrics.counter('meissa_agent_steps_total', 'What the agent did for its units.', ['kind', 'outcome'])
  const units = metrics.gauge('meissa_agent_units', 'Units of this machine, by their active state.', ['active'])
  const restarts = metrics.counter('meissa_agent_restarts_total', 'Restarts of units of this machine that nobody asked for.')
  return {
    round: seconds => rounds.observe(seconds),
    step: (kind, outcome) => steps.add(1, {kind, outcome}),
    reported: (before, after) => {
      if (before !== undefined) units.add(-1, {active: before.active})
      if (after !== undefined) units.add(1, {active: after.active})
      if (before !== undefined && after !== undefined) restarts.add(Math.max(0, after.restarts - before.restarts))
    },
  }
}
