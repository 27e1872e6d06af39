import type {Unit} from '../unit.ts'

/** Docker's own, and what a unit that says nothing got under fleet by `docker stop`. */
export const defaultStopSeconds = 10

/** Seconds between the stop signal and the kill: TimeoutStopSec=, else what the container's line says, else 10; Infinity for never. */
export function stopSeconds(unit: Unit): number {
  return unit.service.timeoutStopSeconds ?? unit.container?.stopSeconds ?? defaultStopSeconds
}
