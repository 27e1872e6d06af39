import {ConflictError} from '../../base/errors.ts'
import {encode} from '../../cluster/codec.ts'
import {type MachineSettings, machineSettingsSchema} from '../../cluster/model.ts'
import {ClusterView} from '../../cluster/view.ts'
import {goField} from '../../fleet/json.ts'
import {textField, WireError} from '../../fleet/wire.ts'
import {keys} from '../../store/keys.ts'
import {maxWrites, type Store} from '../../store/store.ts'
import {Refusal} from './refusal.ts'

/** One change of a machine's metadata; null takes the key away. */
export interface MetadataOperation {
  readonly machine: string
  readonly key: string
  readonly value: string | null
}

/**
 * The operations of a PATCH. A value may be the string that fleet's documentation has, or the `{"value": "x"}` that fleet
 * itself wants. Throws Refusal 400 for an operation that cannot be, WireError for what is no list of them.
 */
export function readOperations(value: unknown): readonly MetadataOperation[] {
  if (!Array.isArray(value)) throw new WireError('the body is not an array')
  return value.map(readOperation)
}

/**
 * Writes the operations over what machines announce, all in one commit; resolves to its revision. Throws Refusal 404 for
 * a machine that nobody ever heard of, ConflictError when others change the same all the time.
 */
export async function patchMetadata(
  store: Store,
  operations: readonly MetadataOperation[],
  signal: AbortSignal,
): Promise<number> {
  const machines = [...new Set(operations.map(({machine}) => machine))]
  if (machines.length === 0) return 0
  if (machines.length > maxWrites) throw new Refusal(400, `more than ${maxWrites} machines in one request`)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await tryPatch(store, machines, {operations, signal})
    if (result.ok) return result.revision
  }
  throw new ConflictError('the settings of these machines are being changed by others all the time')
}

const attempts = 10
const pathShape = /^\/([A-Za-z0-9:_.@\\-]+)\/metadata\/([A-Za-z0-9_.-]+)$/

function readOperation(operation: unknown): MetadataOperation {
  const op = textField(operation, 'op')
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw new Refusal(400, 'invalid op: expect add, remove, or replace')
  }
  const [, machine, key] = pathShape.exec(textField(operation, 'path')) ?? []
  if (machine === undefined || key === undefined) throw new Refusal(400, 'machine metadata path invalid')
  if (op === 'remove') return {machine, key, value: null}
  const value = goField(operation, 'value')
  const text = typeof value === 'string' || value === undefined ? (value ?? '') : textField(value, 'value')
  if (text === '') throw new Refusal(400, 'invalid value: add and replace require a value')
  return {machine, key, value: text}
}

async function tryPatch(
  store: Store,
  machines: readonly string[],
  {operations, signal}: {readonly operations: readonly MetadataOperation[]; readonly signal: AbortSignal},
) {
  const asked = machines.flatMap(machine => [keys.machine(machine), keys.machineSettings(machine)])
  const view = ClusterView.of((await store.get(asked, {signal})).entries)
  for (const machine of machines) {
    const problem = view.unreadable.get(keys.machineSettings(machine))
    if (problem !== undefined) throw new ConflictError(`the settings of ${machine} cannot be read: ${problem}`)
    if (view.machines.has(machine) || view.settings.has(machine) || view.unreadable.has(keys.machine(machine))) continue
    throw new Refusal(404, `machine ${machine} does not exist`)
  }
  return store.commit(
    machines.map(machine => ({
      kind: 'unchanged',
      key: keys.machineSettings(machine),
      modRevision: view.settings.get(machine)?.revision ?? 0,
    })),
    machines.map(machine => ({
      kind: 'put',
      key: keys.machineSettings(machine),
      value: encode(
        machineSettingsSchema,
        patched(
          settingsOf(view, machine),
          operations.filter(each => each.machine === machine),
        ),
      ),
    })),
    {signal},
  )
}

/** That a machine would not come back is out of date for one that is there. */
function settingsOf(view: ClusterView, machine: string): Partial<MachineSettings> {
  const {gone, ...kept} = view.settings.get(machine) ?? {}
  return gone === undefined || view.machines.has(machine) ? kept : {...kept, gone}
}

function patched(settings: Partial<MachineSettings>, operations: readonly MetadataOperation[]) {
  const changes = operations.map(({key, value}) => [key, value] as const)
  return {...settings, metadata: {...settings.metadata, ...Object.fromEntries(changes)}}
}
