import type {Wish} from '../../../cluster/model.ts'
import {parseUnitName} from '../../../unit/names.ts'
import {type Answer, type ApiRequest, HttpError} from '../../http.ts'
import type {Operation} from '../operation.ts'
import {waitOf, waitParameter} from '../query.ts'
import {named} from '../schema.ts'
import type {Tools} from '../tools.ts'
import {changeAnswers, changeUnit} from './change-operation.ts'
import {grantWish} from './change-unit.ts'
import {preconditionHeaders, preconditionOf} from './precondition.ts'
import {checkUnitText, templateFile} from './unit-text.ts'

/** What may be wished of a unit by POST, with what it is about; ctl has the same verbs. */
const verbs: Readonly<Record<Exclude<Wish, 'destroy'>, string>> = {
  start: 'Have a unit run; an unknown instance is made of its template',
  stop: 'Have a unit stopped where it is',
  load: 'Give a unit a place; an unknown instance is made of its template',
  unload: 'Take its place from a unit',
  restart: 'Have a unit started anew',
}

/** `POST /v1/units/:name/start` and its like, and `DELETE /v1/units/:name`. */
export function wishOperations(tools: Tools): readonly Operation[] {
  const common = {role: 'operate', query: [waitParameter], headers: preconditionHeaders} as const
  const posts = Object.entries(verbs).map(([verb, summary]): Operation => {
    const wish = verb as keyof typeof verbs
    return {
      ...common,
      id: `${wish}Unit`,
      method: 'POST',
      path: `/v1/units/:name/${wish}`,
      summary,
      answers: changeAnswers,
      answer: request => grant(tools, wish, request),
    }
  })
  return [
    ...posts,
    {
      ...common,
      id: 'destroyUnit',
      method: 'DELETE',
      path: '/v1/units/:name',
      summary: 'Have a unit stopped and forgotten',
      answers: {200: {summary: 'it is not known any more', content: {'application/json': named('UnitGone')}}},
      answer: request => grant(tools, 'destroy', request),
    },
  ]
}

async function grant(tools: Tools, wish: Wish, {parameters, headers, query, signal}: ApiRequest): Promise<Answer> {
  const {name, isTemplate} = parseUnitName(parameters.name ?? '')
  if (isTemplate && (wish === 'start' || wish === 'load' || wish === 'restart'))
    throw new HttpError(400, `${name} is a template: it cannot be ${done[wish]} itself`, {
      hint: `name an instance: ${name.replace('@.', '@1.')}`,
    })
  const wait = waitOf(query)
  const text = wish === 'start' || wish === 'load' ? await textFor(name, tools) : undefined
  const warnings = text === undefined ? [] : checkUnitText(name, text)
  const changing = {name, precondition: preconditionOf(name, headers), signal, text}
  return await changeUnit(tools, {name, wait, signal, warnings, wishOf: () => wish}, () =>
    grantWish(tools.context.cluster.store, wish, changing),
  )
}

const done = {start: 'started', load: 'loaded', restart: 'restarted'} as const

/** Of an unknown instance its template's. */
async function textFor(name: string, {context}: Tools): Promise<string | undefined> {
  const {view} = await context.cluster.look()
  return view.units.has(name) ? undefined : templateFile(view, name)?.text
}
