import {UsageError} from '../base/errors.ts'
import {parseMetadata} from '../cluster/metadata.ts'

/** A machine of a development cluster: its name is its id. */
export interface DevMachine {
  readonly name: string
  readonly metadata: string
  /** A loopback address of its own, so that every machine can publish the same ports. */
  readonly address: string
}

/** Machines from `a,role=web,zone=1`; each gets an address in the given /24 of 127.0.0.0/8. Throws UsageError for what cannot be. */
export function parseMachines(specs: readonly string[], network: string): readonly DevMachine[] {
  const machines = specs.map((spec, at) => {
    const [name = '', ...metadata] = spec.split(',')
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(name)) {
      throw new UsageError(`--machine ${JSON.stringify(spec)}: ${JSON.stringify(name)} cannot be a machine's name`, {
        hint: 'write it as a,role=web,zone=1',
      })
    }
    parseMetadata(metadata.join(','))
    return {name, metadata: metadata.join(','), address: `${network}.${at + 1}`}
  })
  const twice = machines.find((machine, at) => machines.findIndex(other => other.name === machine.name) < at)
  if (twice !== undefined) throw new UsageError(`--machine: ${twice.name} is given twice`)
  if (machines.length > 250) throw new UsageError('--machine: at most 250 machines')
  return machines
}
