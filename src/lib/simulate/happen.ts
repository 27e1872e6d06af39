import {NotFoundError, unreachable} from '../base/errors.ts'
import {compareNatural} from '../base/natural-order.ts'
import {encode} from '../cluster/codec.ts'
import {effectiveMetadata} from '../cluster/metadata.ts'
import {type DesiredState, type Machine, machineSettingsSchema} from '../cluster/model.ts'
import type {ClusterView} from '../cluster/view.ts'
import {keys} from '../store/keys.ts'
import type {Write} from '../store/store.ts'
import {compileGlob} from '../unit/glob.ts'
import {machineWrite, machineWrites, unitWrite, unitWrites} from './populate.ts'
import {describeHappening, type Happening, type Selection} from './scenario.ts'

/** What somebody writes so that this happens. Throws NotFoundError where it speaks of machines or units that are not there. */
export function writesFor(happening: Happening, view: ClusterView): readonly Write[] {
  switch (happening.kind) {
    case 'lose':
      return chosen(happening.which, view).flatMap(machine => lost(machine, happening.forget, view))
    case 'drain':
      return chosen(happening.which, view).map(({id, ...record}) => machineWrite(id, {...record, leaving: true}))
    case 'add':
      return alike(happening.count, view)
    case 'add-machines':
      return machineWrites(happening.group)
    case 'start-units':
      return unitWrites(happening.group)
    case 'start':
    case 'stop':
    case 'unload':
      return wished(happening.glob, desired[happening.kind], view)
    default:
      return unreachable(happening)
  }
}

const desired = {start: 'launched', stop: 'loaded', unload: 'inactive'} as const

function chosen(which: Selection, view: ClusterView): readonly Machine[] {
  const machines = [...view.machines.values()].sort((a, b) => compareNatural(a.id, b.id))
  const found = select(which, machines, view)
  if (found.length > 0) return found
  throw new NotFoundError(
    `no machine is meant by ${describeHappening({kind: 'lose', which, forget: false}).slice('lose '.length)}`,
    {
      hint: 'write zone=2, machine=web-1,web-2 or count=10',
    },
  )
}

function select(which: Selection, machines: readonly Machine[], view: ClusterView): readonly Machine[] {
  switch (which.kind) {
    case 'metadata':
      return machines.filter(machine => effectiveMetadata(machine, view.settings.get(machine.id))[which.key] === which.value)
    case 'named': {
      const found = which.names.map(name => machines.find(({id, name: own}) => id === name || own === name) ?? name)
      const unknown = found.filter(each => typeof each === 'string')
      if (unknown.length > 0) throw new NotFoundError(`no machine is called ${unknown.join(' or ')}`)
      return found.filter(each => typeof each !== 'string')
    }
    case 'count': {
      const count = Math.min(which.count, machines.length)
      return Array.from({length: count}, (_, index) => machines[Math.floor((index * machines.length) / count)] ?? []).flat()
    }
  }
}

function lost({id}: Machine, forget: boolean, view: ClusterView): readonly Write[] {
  const gone: Write = {kind: 'delete', key: keys.machine(id)}
  if (!forget) return [gone]
  const {revision: _revision, ...settings} = view.settings.get(id) ?? {revision: 0}
  return [gone, {kind: 'put', key: keys.machineSettings(id), value: encode(machineSettingsSchema, {...settings, gone: true})}]
}

function alike(count: number, view: ClusterView): readonly Write[] {
  const machines = [...view.machines.values()].sort((a, b) => compareNatural(a.id, b.id))
  if (machines.length === 0) throw new NotFoundError('there is no machine like which others could be added')
  const begun = machines.filter(({id}) => id.startsWith('added-')).length
  return Array.from({length: count}, (_, index) => index).flatMap(index => {
    const model = machines[index % machines.length]
    if (model === undefined) return []
    const {id: _id, leaving: _leaving, ...record} = model
    const name = `added-${begun + index + 1}`
    return machineWrite(name, {...record, name, hostname: name, metadata: effectiveMetadata(model, view.settings.get(model.id))})
  })
}

function wished(glob: string, desiredState: DesiredState, view: ClusterView): readonly Write[] {
  const matches = compileGlob(glob)
  const found = [...view.units.values()].filter(({name}) => matches?.(name))
  if (found.length === 0) throw new NotFoundError(`no unit matches ${glob}`)
  return found.map(({name, revision: _revision, ...record}) => unitWrite(name, {...record, desiredState}))
}
