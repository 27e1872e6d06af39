import {compareNatural} from '../../base/natural-order.ts'
import {readUnitNames} from '../../cluster/unit-names.ts'
import {prefixes} from '../../store/keys.ts'
import type {Store} from '../../store/store.ts'
import type {Kind} from './kinds.ts'
import type {Candidate} from './wanted.ts'

export interface LookUpOptions {
  readonly command: string | undefined
  /** The typed word, without what stays of it. */
  readonly word: string
  /** Opens the cluster's store for as long as `use` takes; the signal aborts when the answer comes too late. */
  readonly withStore: <T>(use: (store: Store, signal: AbortSignal) => Promise<T>) => Promise<T>
}

type LookUp = (options: LookUpOptions) => Promise<readonly Candidate[]>

/** How the names of each kind are found. */
const lookUps: Readonly<Record<Kind, LookUp>> = {
  unit: async ({withStore}) => (await withStore(readUnitNames)).filter(name => !isTemplate(name)).map(toCandidate),
  known: async ({withStore}) => (await withStore(readUnitNames)).map(toCandidate),
  instance: async ({withStore}) =>
    (await withStore(readUnitNames)).map(name => ({word: isTemplate(name) ? startOfInstance(name) : name})),
  'unit file': async ({word}) => {
    const {filesAt, isUnitFile} = await import('./files.ts')
    return (await filesAt(word)).filter(path => path.endsWith('/') || isUnitFile(path)).map(toCandidate)
  },
  file: async ({word}) => (await (await import('./files.ts')).filesAt(word)).map(toCandidate),
  machine: machines,
  'lost machine': lostMachineIds,
  context: async () => [...(await (await import('../context/contexts.ts')).readContexts()).contexts.keys()].map(toCandidate),
  field: async ({command}) => fieldsOf(command, await import('../list/columns.ts')),
  command: async () => [],
}

/** The names of a kind. Throws what goes wrong while they are read. */
export async function lookUp(kind: Kind, options: LookUpOptions): Promise<readonly Candidate[]> {
  return lookUps[kind](options)
}

function toCandidate(word: string): Candidate {
  return {word}
}

function isTemplate(name: string): boolean {
  return /^[^@]+@\.[a-z]+$/.test(name)
}

/** `web@` of web@.service: an instance's name is then up to the operator. */
function startOfInstance(template: string): string {
  return template.slice(0, template.indexOf('@') + 1)
}

/** By their names, by their ids where there is none or where an id is being typed. */
async function machines({withStore, word}: LookUpOptions): Promise<readonly Candidate[]> {
  const {ClusterView} = await import('../../cluster/view.ts')
  const view = await withStore(async (store, signal) => ClusterView.of((await store.list([prefixes.machines], {signal})).entries))
  return [...view.machines.values()]
    .sort((a, b) => compareNatural(a.name ?? a.id, b.name ?? b.id))
    .flatMap(({id, name, address}) => {
      const words = name === undefined ? [id] : word !== '' && id.startsWith(word) && id !== name ? [name, id] : [name]
      return words.map(each => ({word: each, about: address}))
    })
}

/** Ids that assignments and states name and that are not registered. */
async function lostMachineIds({withStore}: LookUpOptions): Promise<readonly Candidate[]> {
  const {entries} = await withStore((store, signal) =>
    store.list([prefixes.machines, prefixes.assignments, prefixes.states], {keysOnly: true, signal}),
  )
  const idsUnder = (prefix: string) =>
    entries.filter(({key}) => key.startsWith(prefix)).map(({key}) => key.slice(prefix.length).split('/')[0] ?? '')
  const registered = new Set(idsUnder(prefixes.machines))
  const ids = new Set([...idsUnder(prefixes.assignments), ...idsUnder(prefixes.states)])
  return [...ids].filter(id => !registered.has(id)).map(toCandidate)
}

function fieldsOf(command: string | undefined, columns: typeof import('../list/columns.ts')): readonly Candidate[] {
  const lists: Readonly<Record<string, {readonly all: object}>> = {
    'list-units': columns.unitColumns,
    'list-unit-files': columns.unitFileColumns,
    'list-machines': columns.machineColumns,
  }
  return Object.keys(lists[command ?? '']?.all ?? {}).map(toCandidate)
}
