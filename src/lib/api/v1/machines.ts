import * as v from 'valibot'
import {changeMachineSettings} from '../../cluster/machine-settings.ts'
import type {MachineSettings} from '../../cluster/model.ts'
import {HttpError, jsonAnswer} from '../http.ts'
import type {Glimpse} from '../live-cluster.ts'
import {readJson} from './body.ts'
import type {Operation} from './operation.ts'
import {named} from './schema.ts'
import type {Tools} from './tools.ts'

const wish = v.strictObject({
  cordoned: v.optional(v.boolean()),
  metadata: v.optional(
    v.nullable(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'is no key')), v.nullable(v.string()))),
  ),
})

/** Everything about one machine. */
export function machineOperations(tools: Tools): readonly Operation[] {
  const {cluster} = tools.context
  const answers = {200: {summary: 'the machine', content: {'application/json': named('MachinePage')}}}
  return [
    {
      id: 'getMachine',
      method: 'GET',
      path: '/v1/machines/:id',
      role: 'read',
      summary: 'A machine, and what the operator has set for it',
      answers,
      answer: async ({parameters}) => machineAnswer(parameters.id ?? '', await cluster.look(), tools),
    },
    {
      id: 'changeMachine',
      method: 'PATCH',
      path: '/v1/machines/:id',
      role: 'admin',
      summary: 'Cordon a machine, or override its metadata',
      body: {'application/json': named('MachineWish')},
      answers,
      answer: async request => {
        const id = request.parameters.id ?? ''
        const wanted = await readJson(request, wish)
        const {view} = await cluster.look()
        if (!view.machines.has(id)) throw unknownMachine(id)
        const revision = await changeMachineSettings(cluster.store, id, wanted, request.signal)
        return machineAnswer(id, await cluster.lookAfter(revision, request.signal), tools)
      },
    },
  ]
}

function machineAnswer(id: string, glimpse: Glimpse, {shelf}: Tools) {
  const {view, revision} = glimpse
  const row = shelf.of(glimpse).machine(id)
  const machine = view.machines.get(id)
  if (row === undefined || machine === undefined) throw unknownMachine(id)
  const {cordoned = false, metadata = {}}: Partial<MachineSettings> = view.settings.get(id) ?? {}
  const page = {
    revision,
    ...row,
    leader: view.leader?.machine === id,
    announced: machine.metadata,
    settings: {cordoned, metadata},
  }
  return jsonAnswer(page, 200, {'meissa-revision': String(revision)})
}

/** 404 for an id that no registered machine has. */
export function unknownMachine(id: string): HttpError {
  return new HttpError(404, `${id}: no such machine is registered`, {hint: 'GET /v1/machines lists them, with their ids'})
}
