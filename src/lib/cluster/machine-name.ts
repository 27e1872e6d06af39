import type {Machine} from './model.ts'

/** fleet's short id: the first eight characters. */
export function shortId(id: string): string {
  return id.length > 8 ? `${id.slice(0, 8)}...` : id
}

/** How a machine is called in tables and messages: its name, else its short id as fleetctl prints it. */
export function machineLabel(machine: Pick<Machine, 'id' | 'name'> | string): string {
  return typeof machine === 'string' ? shortId(machine) : (machine.name ?? shortId(machine.id))
}
