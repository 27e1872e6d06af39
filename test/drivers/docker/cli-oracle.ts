import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {expect} from 'vitest'
import {DockerError, refusedWith} from '../../../src/lib/drivers/docker/errors.ts'
import {at, textAt} from '../../../src/lib/drivers/docker/json.ts'
import {containerRequest, createQuery} from '../../../src/lib/drivers/docker/spec.ts'
import {withMachineFiles} from '../../../src/lib/drivers/docker/spec-files.ts'
import {StepError} from '../../../src/lib/drivers/driver.ts'
import {parseDockerRun} from '../../../src/lib/unit/docker/docker-run.ts'
import {busyboxImage} from '../../fakes/busybox-image.ts'
import type {DockerRoom} from '../../fakes/docker-room.ts'

/** What became of a `docker run` line: what inspect says of the container, or why there is none. */
export type Created = {readonly inspected: unknown} | {readonly refusal: string; readonly by: 'daemon' | 'command line'}

export interface Line {
  /** Behind `docker run`. */
  readonly words: readonly string[]
  /** What the process has, for `-e NAME`. */
  readonly environment: Readonly<Record<string, string>>
}

export interface CommandLine {
  readonly path: string
  readonly version: string
}

/** Docker's command line: that of DOCKER_CLI, else of those that there are the oldest, as the daemon of the tests is. */
export async function findCommandLine(): Promise<CommandLine | undefined> {
  const candidates = process.env.DOCKER_CLI ? [process.env.DOCKER_CLI] : ['docker', '/usr/bin/docker']
  const found = await Promise.all(candidates.map(async path => ({path, version: await versionOf(path)})))
  return found
    .flatMap(({path, version}) => (version === undefined ? [] : [{path, version}]))
    .sort((one, other) => Number.parseInt(one.version, 10) - Number.parseInt(other.version, 10))[0]
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const {stdout} = await promisify(execFile)(path, ['--version'], {timeout: 10_000})
    return /version ([\d.]+)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

/** What lines refer to: the container ROOM-other, and the network ROOM-net that has addresses of its own. */
export async function makeNeighbours(room: DockerRoom): Promise<void> {
  const IPAM = {Config: [{Subnet: '10.213.78.0/24'}]}
  await room.client.json('POST', '/networks/create', {body: {Name: `${room.cluster}-net`, IPAM}})
  const body = {Image: busyboxImage, Cmd: ['sleep', '1'], Labels: {'meissa-test': room.cluster}}
  await room.client.json('POST', '/containers/create', {query: {name: `${room.cluster}-other`}, body})
}

/** Ends a room that has neighbours, whether or not all of them were made. */
export async function closeRoom(room: DockerRoom): Promise<void> {
  await room.clear()
  await room.client.json('DELETE', `/networks/${room.cluster}-net`).catch(error => {
    if (!refusedWith(error, 404)) throw error
  })
  for (const volume of ['named', 'opted', 'quoted']) {
    await room.client.json('DELETE', `/volumes/${room.cluster}-${volume}`, {query: {force: '1'}})
  }
  await room.close()
}

/** Creates the container by Docker's command line, reads it and removes it. */
export async function createdByCommandLine(room: DockerRoom, cli: CommandLine, {words, environment}: Line): Promise<Created> {
  const env = {PATH: process.env.PATH, HOME: process.env.HOME, DOCKER_HOST: room.client.host, ...environment}
  try {
    const {stdout} = await promisify(execFile)(cli.path, ['create', '--pull=never', ...words], {env, timeout: 30_000})
    return {inspected: await takeAway(room, stdout.trim().split('\n').at(-1) ?? '')}
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : undefined
    if (words === undefined) throw error
    const daemons = /Error response from daemon: (.*)/.exec(words)?.[1]
    return daemons === undefined ? {refusal: words, by: 'command line'} : {refusal: daemons, by: 'daemon'}
  }
}

/** Creates the container as the driver does, reads it and removes it. */
export async function createdByUs(room: DockerRoom, {words, environment}: Line): Promise<Created> {
  const parsed = parseDockerRun(words, {environment})
  if (!('spec' in parsed)) return {refusal: parsed.map(({message}) => message).join('; '), by: 'command line'}
  try {
    const spec = await withMachineFiles(parsed.spec)
    const owner = {cluster: room.cluster, machine: 'm', unit: 'oracle.service'}
    const identity = {runHash: 'h', generation: 0}
    const body = containerRequest(spec, {owner, identity, stopSeconds: spec.stopSeconds ?? unsaidStopSeconds})
    const {name, ...query} = createQuery(spec.name ?? '', spec.platform)
    const named = name === '' ? query : {...query, name: name ?? ''}
    const answer = await room.client.json('POST', '/containers/create', {query: named, body})
    return {inspected: await takeAway(room, textAt(answer, 'Id') ?? '')}
  } catch (error) {
    if (error instanceof StepError) return {refusal: error.message, by: 'command line'}
    if (error instanceof DockerError) return {refusal: error.message, by: 'daemon'}
    throw error
  }
}

async function takeAway(room: DockerRoom, id: string): Promise<unknown> {
  try {
    return await room.inspect(id)
  } finally {
    await room.client.json('DELETE', `/containers/${id}`, {query: {v: '1', force: '1'}}).catch(error => {
      if (!refusedWith(error, 404)) throw error
    })
  }
}

const unsaidStopSeconds = 10

/** Checks that both were refused, by the daemon in the same words, or that what both made is the same. */
export function expectAlike(theirs: Created, ours: Created): void {
  if ('inspected' in theirs) {
    if ('refusal' in ours) expect.fail(`refused: ${ours.refusal}`)
    expect(comparable(ours.inspected)).toEqual(comparable(theirs.inspected))
    return
  }
  if ('inspected' in ours) expect.fail(`not refused, though Docker says: ${theirs.refusal}`)
  if (theirs.by === 'daemon' && ours.by === 'daemon') expect(ours.refusal).toBe(theirs.refusal)
}

/** Where the two differ on purpose, and why. */
export const deliberate: readonly {readonly path: string; readonly why: string}[] = [
  {path: 'Config.AttachStdin', why: 'nobody attaches to a container of a unit: its lines are read from the log'},
  {path: 'Config.AttachStdout', why: 'as above'},
  {path: 'Config.AttachStderr', why: 'as above'},
  {path: 'Config.StdinOnce', why: 'as above: an open input stays open'},
  {path: 'HostConfig.RestartPolicy', why: 'the agent restarts, by Restart= of the unit or by what --restart says'},
  {path: 'HostConfig.AutoRemove', why: 'the agent removes, once it has read how the run ended'},
  {path: 'HostConfig.ConsoleSize', why: 'there is no console'},
]

/** What inspect says of a container, without what no two containers share and without what differs on purpose. */
function comparable(inspected: unknown): unknown {
  const id = textAt(inspected, 'Id') ?? ''
  const name = textAt(inspected, 'Name') ?? ''
  const text = JSON.stringify(inspected)
    .replaceAll(id, 'ID')
    .replaceAll(id.slice(0, 12), 'ID')
    .replaceAll(/[0-9a-f]{64}/g, 'HEX')
  const plain: unknown = JSON.parse(text, (key, value) => normal(key, value, name))
  for (const path of [...ownToEach, ...deliberate.map(each => each.path)]) drop(plain, path.split('.'))
  return plain
}

const ownToEach = ['Created', 'Name', 'ResolvConfPath', 'HostnamePath', 'HostsPath', 'LogPath', 'GraphDriver', 'Id']

/** One meaning in two spellings. */
function normal(key: string, value: unknown, name: string): unknown {
  // Docker's command line sends numbers and texts that mean nothing; the daemon takes none for the same.
  if (value === null || value === '' || value === 0 || value === false) return undefined
  if (Array.isArray(value) && value.length === 0) return undefined
  if (key === 'StopTimeout' && value === unsaidStopSeconds) return undefined
  // The last of several values of a variable holds.
  if (key === 'Env' && Array.isArray(value)) return Object.fromEntries(value.map(line => String(line).split(/=(.*)/s)))
  // The default network of a daemon on Linux is the bridge.
  if (key === 'NetworkMode' && value === 'default') return 'bridge'
  if (key === 'Networks' && at(value, 'default') !== undefined) return {bridge: at(value, 'default')}
  if (key === 'Binds' && Array.isArray(value)) return value.map(bind => inOrder(String(bind))).sort()
  if (key === 'Mode' && typeof value === 'string') return optionsInOrder(value) || undefined
  if (key === 'Tmpfs')
    return Object.fromEntries(Object.entries(Object(value)).map(([path, all]) => [path, optionsInOrder(String(all))]))
  if (key === 'Mounts' && Array.isArray(value)) return value.toSorted(by('Destination'))
  if (key === 'Ulimits' && Array.isArray(value)) return value.toSorted(by('Name'))
  if (key === 'CapAdd' || key === 'CapDrop') return [value].flat().map(capability => capabilityName(String(capability)))
  if (key === 'Isolation' && value === 'default') return undefined
  if (key === 'Links' && Array.isArray(value)) return value.map(link => String(link).replace(`${name}/`, '/NAME/'))
  if (key === 'Labels') return Object.fromEntries(Object.entries(value ?? {}).filter(([label]) => !label.startsWith('meissa.')))
  if (typeof value === 'object' && Object.keys(value ?? {}).length === 0 && key !== '')
    return emptyMeans.has(key) ? undefined : value
  return value
}

/** Maps that mean the same empty and absent. */
const emptyMeans = new Set([
  'Labels',
  'PortBindings',
  'ExposedPorts',
  'Volumes',
  'Tmpfs',
  'Sysctls',
  'Annotations',
  'Config',
  'IPAMConfig',
  'DriverConfig',
])

/** A bind with its options in order. */
function inOrder(bind: string): string {
  const [source, target, options = ''] = bind.split(':')
  return [source, target, optionsInOrder(options)].join(':')
}

/** `rw` is what none says. */
function optionsInOrder(options: string): string {
  const all = options.split(',').filter(option => option !== 'rw')
  return all.sort().join(',')
}

function capabilityName(name: string): string {
  const upper = name.toUpperCase()
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`
}

function by(key: string): (one: unknown, other: unknown) => number {
  return (one, other) => (textAt(one, key) ?? '').localeCompare(textAt(other, key) ?? '')
}

function drop(value: unknown, [first = '', ...rest]: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (rest.length > 0) drop(at(value, first), rest)
  else Reflect.deleteProperty(value, first)
}
