import {HttpError, jsonAnswer} from '../http.ts'
import {unknownMachine} from './machines.ts'
import type {Operation} from './operation.ts'
import {named} from './schema.ts'
import type {Tools} from './tools.ts'

/** What the runs of a machine take: only its own agent can tell. */
export function useOperation({context}: Tools): Operation {
  return {
    id: 'getMachineUse',
    method: 'GET',
    path: '/v1/machines/:id/use',
    role: 'read',
    summary: 'What the runs of this machine take just now; its id may be written as self',
    answers: {200: {summary: 'a look at every run', content: {'application/json': named('MachineUse')}}},
    answer: async ({parameters, signal}) => {
      const {id = ''} = parameters
      if (id !== 'self' && id !== context.machine) {
        const {view} = await context.cluster.look()
        if (!view.machines.has(id)) throw unknownMachine(id)
        throw new HttpError(400, `only the agent of ${id} itself can tell what runs there take`, {
          hint: `this is the agent of ${context.machine}; \`ctl top\` asks all machines`,
        })
      }
      return jsonAnswer({machine: context.machine, runs: await context.use(signal)})
    },
  }
}
