import {parseUnitName} from '../../../unit/names.ts'
import {HttpError, jsonAnswer} from '../../http.ts'
import {fileAnswer, fileAnswers} from '../files.ts'
import type {Operation} from '../operation.ts'
import {named} from '../schema.ts'
import type {Tools} from '../tools.ts'
import {putUnitOperation} from './put-unit.ts'
import {unitPage, unitTag, unknownUnit} from './unit-page.ts'
import {whyOperation} from './why-operation.ts'
import {wishOperations} from './wish-operations.ts'

/** Everything about one unit. */
export function unitOperations(tools: Tools): readonly Operation[] {
  const {cluster} = tools.context
  return [
    {
      id: 'getUnit',
      method: 'GET',
      path: '/v1/units/:name',
      role: 'read',
      summary: 'What is wanted of a unit, where it is, how it is and why',
      answers: {200: {summary: 'the unit', content: {'application/json': named('UnitPage')}}},
      answer: async ({parameters}) => {
        const page = unitPage(parseUnitName(parameters.name ?? '').name, await cluster.look(), tools)
        return jsonAnswer(page, 200, {etag: unitTag(page), 'meissa-revision': String(page.revision)})
      },
    },
    {
      id: 'getUnitFile',
      method: 'GET',
      path: '/v1/units/:name/file',
      role: 'read',
      summary: 'The unit file as it was submitted; its ETag is its SHA-256',
      answers: fileAnswers,
      answer: async ({parameters, headers}) => {
        const {name} = parseUnitName(parameters.name ?? '')
        const {view} = await cluster.look()
        const record = view.units.get(name)
        if (record === undefined) throw unknownUnit(name, view.unreadable.get(`units/${name}`))
        const text = view.files.get(record.file)
        if (text === undefined) throw new HttpError(404, `the unit file of ${name} is missing in etcd`, {hint: 'PUT it again'})
        return fileAnswer({hash: record.file, text}, headers)
      },
    },
    whyOperation(tools),
    putUnitOperation(tools),
    ...wishOperations(tools),
  ]
}
