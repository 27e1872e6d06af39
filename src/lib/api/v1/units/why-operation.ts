import type {ClusterView} from '../../../cluster/view.ts'
import {UnitShelf} from '../../../engine/unit-shelf.ts'
import {whyUnits} from '../../../planning/why-unit.ts'
import {parseUnitName} from '../../../unit/names.ts'
import type {Explained, WhyQuestion} from '../../context.ts'
import {HttpError, jsonAnswer} from '../../http.ts'
import type {Operation} from '../operation.ts'
import {named, oneOf, text} from '../schema.ts'
import type {Tools} from '../tools.ts'
import {unknownUnit} from './unit-page.ts'

/** Of so many units a look takes no longer than others may wait for the event loop. */
const mostUnits = 500

/** `GET /v1/units/:name/why`: the JSON of `ctl why`. */
export function whyOperation({context}: Tools): Operation {
  const shelf = new UnitShelf()
  const explainHere = (view: ClusterView, revision: number, {unit, ...asked}: WhyQuestion): Explained => {
    shelf.keepOnly(view.units, view.files)
    const [why] = whyUnits(view, [unit], {revision, now: context.now(), shelf, ...asked})
    return {revision, ...why}
  }
  return {
    id: 'explainUnit',
    method: 'GET',
    path: '/v1/units/:name/why',
    role: 'read',
    summary: 'Why a unit is where it is, or nowhere; one that is inactive is told as if it were started',
    query: [
      {name: 'machine', summary: 'only this machine, by id', schema: text('an id')},
      {name: 'all', summary: '`true`: every machine in detail', schema: oneOf(['true', 'false'], 'false unless given')},
    ],
    answers: {200: {summary: 'the reasons', content: {'application/json': named('UnitWhy')}}},
    answer: async ({parameters, query, signal}) => {
      const {name, isTemplate} = parseUnitName(parameters.name ?? '')
      const {view, revision} = await context.cluster.look()
      if (!view.units.has(name)) throw unknownUnit(name, view.unreadable.get(`units/${name}`))
      if (isTemplate)
        throw new HttpError(400, `${name} is a template: it has no place`, {
          hint: `name an instance: ${name.replace('@.', '@1.')}`,
        })
      const machine = query.get('machine') ?? undefined
      if (machine !== undefined && !view.machines.has(machine)) throw new HttpError(404, `${machine}: no such machine`)
      const all = query.get('all') === 'true'
      const explained =
        view.units.size > mostUnits && context.explain !== undefined
          ? await context.explain({unit: name, machine, all}, signal)
          : explainHere(view, revision, {unit: name, machine, all})
      return jsonAnswer(explained, 200, {'meissa-revision': String(explained.revision)})
    },
  }
}
