import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {Limiter} from '../../../src/lib/base/limiter.ts'
import {dockerCall} from '../../../src/lib/unit/docker/docker-call.ts'
import {dockerFlags} from '../../../src/lib/unit/docker/docker-flags.ts'
import {parseDockerRun} from '../../../src/lib/unit/docker/docker-run.ts'
import {readFlags} from '../../../src/lib/unit/docker/flag-words.ts'
import {Fault} from '../../../src/lib/unit/fault.ts'
import {optionsOf, parseUnitFile} from '../../../src/lib/unit/file.ts'
import {parseUnitName} from '../../../src/lib/unit/names.ts'
import {parseUnit} from '../../../src/lib/unit/parse-unit.ts'
import {expandVariables, parseExecLine} from '../../../src/lib/unit/service/exec-words.ts'
import {resolveSpecifiers} from '../../../src/lib/unit/specifiers.ts'
import type {Host} from '../../../src/lib/unit/unit.ts'
import {busyboxImage} from '../../fakes/busybox-image.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {closeRoom, createdByCommandLine, createdByUs, expectAlike, findCommandLine, makeNeighbours} from './cli-oracle.ts'

/** Unit files of fleet's users, where they are at hand. */
const corpus = new URL('../../../../shared/corpus/fleet-units/', import.meta.url)
const units = existsSync(corpus)
  ? readdirSync(corpus, {recursive: true, encoding: 'utf8'}).filter(path => /\.service(\.template)?$/.test(path))
  : []

interface Case {
  readonly path: string
  /** Behind `docker run`. */
  readonly words: readonly string[]
  readonly host: Host
}

const runs = units.flatMap(path => caseOf(path) ?? [])
const cli = await findCommandLine()
const atOnce = new Limiter(4)

describe('docker run lines of the field', () => {
  let room: DockerRoom
  let directory: string

  test('are there', ctx => {
    if (units.length === 0) return ctx.skip('the corpus is not here')
    expect(runs.length).toBeGreaterThan(30)
  })

  beforeAll(async () => {
    if (runs.length === 0 || cli === undefined) return
    directory = await mkdtemp(join(tmpdir(), 'meissa-corpus-'))
    await writeFile(join(directory, 'env'), '# of the machine\nONE=1\nTWO="2"\n')
    room = await openDockerRoom()
    await makeNeighbours(room)
  })
  afterAll(async () => {
    if (room !== undefined) await closeRoom(room)
    if (directory !== undefined) await rm(directory, {recursive: true, force: true})
  })

  test.concurrent.each(runs)('$path: make what the command line makes', async ({path, words, host}) => {
    if (cli === undefined) return
    const text = readFileSync(new URL(path, corpus), 'utf8')
    const ran = parseDockerRun(words, {environment: host.environment})
    // What the unit's other lines say of pulling and stopping, and [Service] of limits, comes on top.
    const {pull, stopSignal, stopSeconds, resources, ulimits, ...own} =
      'spec' in ran ? ran.spec : expect.fail(JSON.stringify(ran))
    expect(parseUnit(nameOf(path), text, host).unit?.container).toMatchObject(own)
    const line = {
      words: placed(words, {room: room.cluster, number: runs.findIndex(run => run.path === path), directory}),
      environment: host.environment,
    }
    const [theirs, ours] = await atOnce.run(async () => [
      await createdByCommandLine(room, cli, line),
      await createdByUs(room, line),
    ])
    if ('refusal' in theirs) expect.fail(theirs.refusal)
    expectAlike(theirs, ours)
  })
})

function nameOf(path: string): string {
  return basename(path, '.template').replace('@.', '@1.')
}

/** The docker run line of a unit that goes to Docker, for a machine that has all variables it asks for. */
function caseOf(path: string): Case | undefined {
  const text = readFileSync(new URL(path, corpus), 'utf8')
  const host = hostFor(text)
  if (parseUnit(nameOf(path), text, host).unit?.driver !== 'docker') return undefined
  const {file} = parseUnitFile(text)
  const commands = parseExecLine(optionsOf(file, 'Service', 'ExecStart')[0]?.value ?? '')
  if (commands instanceof Fault || commands[0] === undefined) return undefined
  const setting = {name: parseUnitName(nameOf(path)), host}
  const resolved = commands[0].words.map(word => resolveSpecifiers(word, setting).text)
  const call = dockerCall(expandVariables(resolved, host.environment).words)
  return call === undefined || call instanceof Fault ? undefined : {path, words: call.rest, host}
}

/** A machine that gives an address for every variable that a unit asks for, and nothing for those that stand for flags. */
function hostFor(text: string): Host {
  const asked = Array.from(text.matchAll(/\$\{?([A-Za-z_]\w*)/g), match => match[1] ?? '')
  const given = Array.from(text.matchAll(/^Environment="?'?([A-Za-z_]\w*)=(.*?)"?'?$/gm), match => [
    match[1] ?? '',
    match[2] ?? '',
  ])
  const environment = Object.fromEntries([...asked.map(name => [name, /OPT|ARG/.test(name) ? '' : '10.1.2.3']), ...given])
  return {
    hostname: 'host',
    machineId: '0'.repeat(32),
    bootId: '1'.repeat(32),
    kernel: '6.1.0',
    architecture: 'x86-64',
    environment,
  }
}

/**
 * The words with what only the unit's own machines have put in place: the image, containers, networks and files that they
 * refer to, a command where the image's own was meant, and a name that no other test has.
 */
function placed(words: readonly string[], place: Place): readonly string[] {
  const read = readFlags(words, dockerFlags)
  if (read instanceof Fault) throw new Error(read.message)
  const flags = read.flags.flatMap(({name, value}) => {
    const known = Object.hasOwn(substitutes, name) ? substitutes[name] : undefined
    const flag = oldSpellings[name] ?? name
    return name in passedOver ? [] : [`--${flag}=${known?.(value, place) ?? value}`]
  })
  const command = read.rest.slice(1)
  return [...flags, busyboxImage, ...(command.length > 0 ? command : ['of-the-image'])]
}

/** `docker create` has no flag for what only `docker run` does. */
const passedOver = {detach: true, 'sig-proxy': true, 'detach-keys': true}
const oldSpellings: Readonly<Record<string, string>> = {cpuset: 'cpuset-cpus'}

/** What a line's references are put in place by. */
interface Place {
  readonly room: string
  /** Units may have the same name for their containers. */
  readonly number: number
  readonly directory: string
}

const substitutes: Readonly<Record<string, (value: string, place: Place) => string>> = {
  name: (name, {room, number}) => `${room}-${number}-${name}`,
  link: (link, {room}) => `${room}-other:${link.split(':').at(-1)}`,
  'volumes-from': (_, {room}) => `${room}-other`,
  'env-file': (_, {directory}) => join(directory, 'env'),
  net: otherNetwork,
  network: otherNetwork,
}

function otherNetwork(mode: string, {room}: Place): string {
  if (mode.startsWith('container:')) return `container:${room}-other`
  return ['host', 'none', 'bridge', 'default'].includes(mode) ? mode : `${room}-net`
}
