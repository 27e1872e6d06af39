import {UsageError} from '../../base/errors.ts'
import type {MachineCapacity, MachineGroup, Selection, UnitGroup} from '../../simulate/scenario.ts'
import {Fault} from '../../unit/fault.ts'
import {parseRequest, type SaidRequests} from '../../unit/placement/requests.ts'

/** `zone=2`, `machine=a,b` or `count=10`: which machines. Throws UsageError. */
export function parseSelection(what: string, text: string): Selection {
  const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw new UsageError(`${what}: ${JSON.stringify(text)} says no machines`, {
      hint: 'write zone=2, machine=web-1,web-2 or count=10',
    })
  if (key === 'machine') return {kind: 'named', names: value.split(',').filter(name => name !== '')}
  if (key === 'count') return {kind: 'count', count: wholeNumber(what, value)}
  return {kind: 'metadata', key, value}
}

/** `cpu=16,memory=64G,disk=500G,gpu=2`. Throws UsageError. */
export function parseMachineCapacity(what: string, text: string): MachineCapacity {
  let said: SaidRequests = {}
  for (const part of text.split(/[\s,]+/).filter(word => word !== '')) {
    const read = parseRequest(part)
    if (read instanceof Fault) throw new UsageError(`${what}: ${JSON.stringify(part)} cannot be read`, {hint: `write ${example}`})
    said = {...said, ...read, ...(read.devices === undefined ? {} : {devices: {...said.devices, ...read.devices}})}
  }
  const {cpus = 0, memoryBytes = 0, diskBytes = 0, devices = {}} = said
  return {cpus, memoryBytes, diskBytes, devices}
}

const example = 'cpu=16,memory=64G,disk=500G,gpu=2'

/** `zone=1|2|3,role=web`: metadata with values that the machines have in turn. Throws UsageError. */
export function parseTurns(what: string, text: string): MachineGroup['metadata'] {
  const pairs = text.split(',').filter(part => part !== '')
  return Object.fromEntries(
    pairs.map(part => {
      const [, key, values] = /^([^=]+)=(.+)$/.exec(part) ?? []
      if (key === undefined || values === undefined)
        throw new UsageError(`${what}: ${JSON.stringify(part)} is not key=value`, {hint: 'write zone=1|2|3,role=web'})
      return [key, values.split('|')]
    }),
  )
}

/**
 * `name=web,count=500,cpu=0.5,memory=256M,conflicts=self,max-per=zone:2,zone=a`: units that ask for these. What is no word of
 * [X-Fleet] is asked of the metadata. Throws UsageError.
 */
export function parseClass(text: string): UnitGroup {
  const what = '--class'
  const parts = text.split(',').filter(part => part !== '')
  const said = parts.map(part => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(part) ?? []
    if (key === undefined || value === undefined)
      throw new UsageError(`${what}: ${JSON.stringify(part)} is not key=value`, {
        hint: 'write name=web,count=500,cpu=0.5,memory=256M',
      })
    return {key, value}
  })
  const last = (name: string) => said.findLast(({key}) => key === name)?.value
  const name = last('name')
  if (name === undefined) throw new UsageError(`${what}: ${JSON.stringify(text)} has no name`, {hint: 'write name=web,count=500'})
  const lines = said.filter(({key}) => key !== 'name' && key !== 'count').map(({key, value}) => lineFor(key, value, name))
  const count = last('count')
  return {name, count: count === undefined ? undefined : wholeNumber(what, count), text: textWith(lines.join('\n'))}
}

/** A unit file of nothing but these lines of [X-Fleet]. */
export function textWith(placement: string): string {
  return `[Container]\nImage=simulated\n\n[X-Fleet]\n${placement}\n`
}

/** A number from 0 on. Throws UsageError. */
export function wholeNumber(what: string, text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new UsageError(`${what}: ${JSON.stringify(text)} is no whole number`)
  return Number(text)
}

function lineFor(key: string, value: string, name: string): string {
  if (key === 'conflicts') return `Conflicts=${value === 'self' ? `${name}@*.service` : value}`
  const word = placementWords[key]
  if (word !== undefined) return `${word}=${value}`
  return resources.includes(key) ? `Requests=${key}=${value}` : `MachineMetadata=${key}=${value}`
}

const resources = ['cpu', 'memory', 'disk', 'gpu']

const placementWords: Readonly<Record<string, string>> = {
  'max-per': 'MaxPer',
  'max-per-machine': 'MaxPerMachine',
  spread: 'Spread',
  prefer: 'Prefer',
  near: 'Near',
  away: 'Away',
  strategy: 'Strategy',
  priority: 'Priority',
  'machine-of': 'MachineOf',
  replaces: 'Replaces',
  global: 'Global',
  ports: 'Ports',
}
