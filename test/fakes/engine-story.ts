import {encode} from '../../src/lib/cluster/codec.ts'
import {
  assignmentSchema,
  desiredStates,
  machineSchema,
  machineSettingsSchema,
  refusalSchema,
  unitRecordSchema,
  unitStateSchema,
} from '../../src/lib/cluster/model.ts'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {keys} from '../../src/lib/store/keys.ts'
import type {Write} from '../../src/lib/store/store.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {fullName} from './snapshot.ts'

/** What a cluster stores, in words; names are short: `web@1` stands for `web@1.service`. */
export interface StoredStory {
  /** `a role=web`, with the words `cordoned`, `leaving`. */
  readonly machines?: readonly string[]
  /** `web loaded gen=2 image=v2: Conflicts=…`; launched, generation 0 and image v1 unless said; `lost-file`: its file is not there. */
  readonly units?: readonly string[]
  /** `web on a loaded gen=1 image=v0`; launched, generation 0 and image v1 unless said, whatever the unit says. */
  readonly placed?: readonly string[]
  /** `web on a done gen=1`, or `failed`: what a machine reports. */
  readonly states?: readonly string[]
  /** `web: why`, of the unit's first record. */
  readonly refused?: readonly string[]
  readonly gone?: readonly string[]
  /** Whatever else is stored: key → value. */
  readonly raw?: Readonly<Record<string, string>>
}

/** The writes that store it; `session`: of the machines. */
export function writesFor(story: StoredStory, session?: string): readonly Write[] {
  const lines = new Map((story.units ?? []).map(line => [wordsOf(line).name, placementLines(line)]))
  const writes: Write[] = [
    ...(story.machines ?? []).flatMap(line => machineWrites(line, session)),
    ...(story.units ?? []).flatMap(unitWrites),
    ...(story.placed ?? []).map(line => assignmentWrite(line, lines)),
    ...(story.states ?? []).map(line => stateWrite(line, lines)),
    ...(story.refused ?? []).map(refusalWrite),
    ...(story.gone ?? []).map(id => put(keys.machineSettings(id), encode(machineSettingsSchema, {gone: true}))),
    ...Object.entries(story.raw ?? {}).map(([key, value]) => put(key, value)),
  ]
  return [...new Map(writes.map(write => [write.key, write])).values()]
}

/** A view of it; each key has a revision of its own, in the order in which they are told. */
export function viewOf(story: StoredStory): ClusterView {
  return ClusterView.of(
    writesFor(story).flatMap((write, index) =>
      write.kind === 'delete' ? [] : [{key: write.key, value: write.value, createRevision: index + 1, modRevision: index + 1}],
    ),
  )
}

/** The text of a unit file, and with `hashOf` its name in the store. */
export function textOf(image: string, lines: readonly string[] = []): string {
  const placement = lines.length > 0 ? `[X-Fleet]\n${lines.join('\n')}\n` : ''
  return `[Container]\nImage=example/${image}\n${placement}`
}

function machineWrites(line: string, session: string | undefined): readonly Write[] {
  const [id = '', ...words] = line.split(' ')
  const metadata = Object.fromEntries(words.filter(word => word.includes('=')).map(word => word.split('=', 2)))
  const value = encode(machineSchema, {
    ...{hostname: id, address: '127.0.0.1', metadata, drivers: ['docker'], version: '1'},
    capacity: {cpus: 1, memoryBytes: 1e9},
    session: session ?? '1',
    process: {boot: 'boot', pid: 1},
    ...(words.includes('leaving') ? {leaving: true} : {}),
  })
  const settings = put(keys.machineSettings(id), encode(machineSettingsSchema, {cordoned: true}))
  return [put(keys.machine(id), value, session), ...(words.includes('cordoned') ? [settings] : [])]
}

function unitWrites(line: string): readonly Write[] {
  const {name, image, generation, desiredState, words} = wordsOf(line)
  const text = textOf(image, placementLines(line))
  const record = {file: fileHash(text), desiredState, generation}
  return [
    ...(words.includes('lost-file') ? [] : [put(keys.file(fileHash(text)), text)]),
    put(keys.unit(name), encode(unitRecordSchema, record)),
  ]
}

function assignmentWrite(line: string, lines: ReadonlyMap<string, readonly string[]>): Write {
  const {name, image, generation, desiredState, machine} = wordsOf(line)
  const file = fileHash(textOf(image, lines.get(name)))
  if (desiredState === 'inactive') throw new Error(`${line}: nothing inactive is placed`)
  return put(keys.assignment(machine, name), encode(assignmentSchema, {file, generation, desiredState, reason: 'told'}))
}

function stateWrite(line: string, lines: ReadonlyMap<string, readonly string[]>): Write {
  const {name, image, generation, machine, words} = wordsOf(line)
  const value = encode(unitStateSchema, {
    ...{load: 'loaded', active: 'active', sub: 'running', restarts: 0, since: 0, starts: [], generation},
    ...(words.includes('failed') ? {active: 'failed', sub: 'failed'} : {}),
    file: fileHash(textOf(image, lines.get(name))),
    ...(words.includes('done') ? {done: true} : {}),
  })
  return put(keys.state(machine, name), value)
}

function refusalWrite(line: string): Write {
  const [name = '', reason = ''] = line.split(': ')
  return put(keys.refusal(fullName(name)), encode(refusalSchema, {unitRevision: 1, reason}))
}

function wordsOf(line: string) {
  const [head = ''] = line.split(': ', 1)
  const [name = '', ...words] = head.split(' ')
  const said = (key: string) => words.find(word => word.startsWith(`${key}=`))?.slice(key.length + 1)
  return {
    words,
    name: fullName(name),
    machine: words[words.indexOf('on') + 1] ?? '',
    image: said('image') ?? 'v1',
    generation: Number(said('gen') ?? 0),
    desiredState: desiredStates.find(state => words.includes(state)) ?? 'launched',
  }
}

function placementLines(line: string): readonly string[] {
  const at = line.indexOf(': ')
  return at < 0 ? [] : line.slice(at + 2).split('; ')
}

function put(key: string, value: string, session?: string): Write {
  return {kind: 'put', key, value, ...(session === undefined ? {} : {session})}
}
