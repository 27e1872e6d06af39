import type {ApiContext} from '../context.ts'
import {eventOperation} from './events/event-operation.ts'
import {fileOperations} from './files.ts'
import {RowShelf} from './lists/cluster-rows.ts'
import {listOperation} from './lists/list-operation.ts'
import {machineList, stateList, unitList} from './lists/lists.ts'
import {UnitFacts} from './lists/unit-facts.ts'
import {useOperation} from './machine-use.ts'
import {machineOperations} from './machines.ts'
import type {Operation} from './operation.ts'
import {unitOperations} from './units/unit-operations.ts'

/** Everything that `/v1` does, but for telling of itself. */
export function v1Operations(context: ApiContext): readonly Operation[] {
  const facts = new UnitFacts()
  const tools = {context, facts, shelf: new RowShelf(facts)}
  return [
    listOperation(unitList, 'UnitList', tools),
    ...unitOperations(tools),
    listOperation(stateList, 'StateList', tools),
    listOperation(machineList, 'MachineList', tools),
    ...machineOperations(tools),
    useOperation(tools),
    ...fileOperations(tools),
    eventOperation(tools),
  ]
}
