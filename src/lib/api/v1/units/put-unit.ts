import * as v from 'valibot'
import {desiredStates} from '../../../cluster/model.ts'
import {fileHash} from '../../../unit/hash.ts'
import {parseUnitName} from '../../../unit/names.ts'
import {type ApiRequest, HttpError} from '../../http.ts'
import {readJson, readText} from '../body.ts'
import type {Operation} from '../operation.ts'
import {waitOf, waitParameter} from '../query.ts'
import {named, text} from '../schema.ts'
import type {Tools} from '../tools.ts'
import {changeAnswers, changeUnit} from './change-operation.ts'
import {putUnit} from './change-unit.ts'
import {preconditionHeaders, preconditionOf} from './precondition.ts'
import {checkUnitText, templateFile} from './unit-text.ts'

const wish = v.strictObject({
  text: v.optional(v.string()),
  file: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is no SHA-256'))),
  desiredState: v.optional(v.picklist(desiredStates)),
})
type UnitWish = v.InferOutput<typeof wish>

/** Makes a unit what is wanted, whatever it was; If-Match and If-None-Match keep it from undoing what others did. */
export function putUnitOperation(tools: Tools): Operation {
  const {store} = tools.context.cluster
  return {
    id: 'putUnit',
    method: 'PUT',
    path: '/v1/units/:name',
    role: 'operate',
    summary: 'Make a unit known, replace its file, or say what is wanted of it',
    query: [waitParameter],
    headers: preconditionHeaders,
    body: {'text/plain': text('the unit file'), 'application/json': named('UnitWish')},
    answers: changeAnswers,
    answer: async request => {
      const {name} = parseUnitName(request.parameters.name ?? '')
      const wanted = await readWish(request)
      refuseTemplate(name, wanted)
      const found = await fileFor(name, wanted, tools)
      const warnings = found === undefined ? [] : checkUnitText(name, found.text)
      const changing = {name, precondition: preconditionOf(name, request.headers), signal: request.signal}
      const goal = {inactive: 'unload', loaded: 'load', launched: 'start'} as const
      return await changeUnit(
        tools,
        {
          name,
          wait: waitOf(request.query),
          signal: request.signal,
          warnings,
          wishOf: ({record}) => goal[record?.desiredState ?? 'inactive'],
        },
        () =>
          putUnit(
            store,
            {file: found?.hash, text: found?.fresh ? found.text : undefined, desiredState: wanted.desiredState},
            changing,
          ),
      )
    },
  }
}

async function readWish(request: ApiRequest): Promise<UnitWish> {
  if (!request.headers['content-type']?.startsWith('application/json')) return {text: await readText(request)}
  return await readJson(request, wish)
}

/** The file that is wanted, if one is: as given, by its hash, or for an unknown instance its template's. */
async function fileFor(
  name: string,
  {text: given, file}: UnitWish,
  {context}: Tools,
): Promise<{readonly hash: string; readonly text: string; readonly fresh: boolean} | undefined> {
  if (given !== undefined) {
    const hash = fileHash(given)
    if (file !== undefined && file !== hash)
      throw new HttpError(400, `file: the text has the SHA-256 ${hash}`, {hint: 'give the text alone'})
    return {hash, text: given, fresh: true}
  }
  const {view} = await context.cluster.look()
  if (file !== undefined) {
    const known = view.files.get(file)
    if (known === undefined) throw new HttpError(400, `file: the cluster has no unit file ${file}`, {hint: 'give its text'})
    return {hash: file, text: known, fresh: false}
  }
  if (view.units.has(name)) return undefined
  const template = templateFile(view, name)
  return template === undefined ? undefined : {...template, fresh: false}
}

function refuseTemplate(name: string, {desiredState}: UnitWish): void {
  if (!parseUnitName(name).isTemplate || desiredState === undefined || desiredState === 'inactive') return
  throw new HttpError(400, `${name} is a template: it cannot be ${desiredState} itself`, {
    hint: `name an instance: ${name.replace('@.', '@1.')}`,
  })
}
