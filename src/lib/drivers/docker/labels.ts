import type {RunIdentity} from '../driver.ts'
import {textAt} from './json.ts'

/** Whose a container is. */
export interface Owner {
  readonly cluster: string
  readonly machine: string
  readonly unit: string
}

/** The labels by which a container is known as a run of a unit. They outlive the agent: they are the truth about what runs. */
export function ownerLabels(owner: Owner, identity: RunIdentity): Readonly<Record<string, string>> {
  return {
    'meissa.cluster': owner.cluster,
    'meissa.machine': owner.machine,
    'meissa.unit': owner.unit,
    'meissa.run': identity.runHash,
    'meissa.generation': String(identity.generation),
  }
}

/** The label filters, as Docker's lists and events take them, that let through one machine's containers. */
export function machineFilter(cluster: string, machine: string): readonly string[] {
  return [`meissa.cluster=${cluster}`, `meissa.machine=${machine}`]
}

/** The label filter that lets through all containers of a cluster, whatever their machine. */
export function clusterFilter(cluster: string): readonly string[] {
  return [`meissa.cluster=${cluster}`]
}

/** Whose a container with these labels is; undefined when it is not Meissa's. */
export function ownerOf(labels: unknown): Owner | undefined {
  const cluster = textAt(labels, 'meissa.cluster')
  const machine = textAt(labels, 'meissa.machine')
  const unit = textAt(labels, 'meissa.unit')
  return cluster === undefined || machine === undefined || unit === undefined ? undefined : {cluster, machine, unit}
}

/** What a container with these labels was made from. */
export function identityOf(labels: unknown): RunIdentity {
  return {runHash: textAt(labels, 'meissa.run') ?? '', generation: Number(textAt(labels, 'meissa.generation')) || 0}
}
