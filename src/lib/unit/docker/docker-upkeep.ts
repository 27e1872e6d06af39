import type {ContainerSpec} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {dockerCall} from './docker-call.ts'
import {type FlagShape, type GivenFlag, readFlags} from './flag-words.ts'
import {installsNeedless, needlessCommand} from './needless-command.ts'
import {shellPieces} from './shell-pieces.ts'

/**
 * What a line beside `docker run` adds to the container: `pull` and `rmi` the pull policy, `stop` and `kill` in ExecStop=
 * how it stops; otherwise nothing, since removing and stopping are the agent's own. Or why the line is not plain, as a
 * sentence that begins behind the key's name.
 */
export function readUpkeep(key: string, words: readonly string[], spec: ContainerSpec): ContainerSpec | string {
  if (key === 'ExecCondition') return 'decides whether the unit runs'
  const pieces = shellPieces(words)
  return pieces === undefined ? readCommand(key, words, spec) : readPieces(key, pieces, spec)
}

/** A pull that depends on another command is for an image that is missing, as every run is. */
function readPieces(key: string, pieces: readonly (readonly string[])[], spec: ContainerSpec): ContainerSpec | string {
  let next = spec
  for (const words of pieces) {
    const found = readCommand(key, words, next)
    if (typeof found === 'string') return `runs a shell that ${found}`
    next = found
  }
  return pieces.length > 1 ? {...next, pull: spec.pull} : next
}

function readCommand(key: string, words: readonly string[], spec: ContainerSpec): ContainerSpec | string {
  const call = dockerCall(words)
  if (call === undefined) return needlessCommand(words, spec) ? spec : `runs ${words[0] ?? 'nothing'}`
  if (call instanceof Fault) return `runs docker: ${call.message}`
  const {verb} = call
  if (installsNeedless(call)) return spec
  const row = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (!row) return Object.hasOwn(refusals, verb) ? `runs docker ${verb}: ${refusals[verb]}` : `runs docker ${verb}`
  const read = readFlags(call.rest, row.flags)
  if (read instanceof Fault) return `runs docker ${verb}: ${read.message}`
  const other = read.rest.find(name => !name.includes('$') && !isOwn(name, row.names, spec))
  if (other !== undefined) return `runs docker ${verb} ${other}, but ${ownWords[row.names](spec)}`
  if (row.keys && !row.keys.includes(key)) return `runs docker ${verb}`
  return row.add?.(spec, {key, flags: read.flags, rest: read.rest}) ?? spec
}

interface Given {
  readonly key: string
  readonly flags: readonly GivenFlag[]
  readonly rest: readonly string[]
}

type Names = 'container' | 'image' | 'either' | 'volume' | 'whatever'

interface Verb {
  readonly flags: Readonly<Record<string, FlagShape>>
  /** What its words must be the names of. */
  readonly names: Names
  /** Where alone it serves the run. */
  readonly keys?: readonly string[]
  readonly add?: (spec: ContainerSpec, given: Given) => ContainerSpec
}

const on: FlagShape = {takes: 'switch'}
const prints: Verb = {
  flags: {all: {...on, short: 'a'}, quiet: {...on, short: 'q'}, 'no-trunc': on, format: {takes: 'value'}},
  names: 'whatever',
}

/** What serves the run alone, or changes nothing. */
const verbs: Readonly<Record<string, Verb>> = {
  pull: {
    flags: {quiet: {...on, short: 'q'}, 'all-tags': {...on, short: 'a'}, 'disable-content-trust': on, platform: {takes: 'value'}},
    names: 'whatever',
    add: (spec, {rest}) => (rest.some(image => isSameImage(image, spec.image)) ? pullsAlways(spec) : spec),
  },
  rmi: {
    flags: {force: {...on, short: 'f'}, 'no-prune': on},
    names: 'image',
    add: pullsAlways,
  },
  kill: {
    flags: {signal: {short: 's', takes: 'value'}},
    names: 'container',
    add: (spec, {key, flags}) =>
      stoppedBy(spec, key, {stopSignal: flags.findLast(({name}) => name === 'signal')?.value ?? 'SIGKILL'}),
  },
  stop: {
    flags: {time: {short: 't', takes: 'value'}, timeout: {takes: 'value'}, signal: {short: 's', takes: 'value'}},
    names: 'container',
    add: (spec, {key, flags}) => {
      const time = flags.findLast(({name}) => name === 'time' || name === 'timeout')?.value
      const signal = flags.findLast(({name}) => name === 'signal')?.value
      const grace = time !== undefined && /^\d{1,9}$/.test(time) ? {stopSeconds: Number(time)} : {}
      return stoppedBy(spec, key, {...grace, ...(signal === undefined ? {} : {stopSignal: signal})})
    },
  },
  rm: {flags: {force: {...on, short: 'f'}, volumes: {...on, short: 'v'}}, names: 'container'},
  wait: {flags: {}, names: 'container', keys: ['ExecStop', 'ExecStopPost']},
  start: {flags: {}, names: 'container', keys: ['ExecStartPost']},
  restart: {flags: {time: {short: 't', takes: 'value'}}, names: 'container', keys: ['ExecReload']},
  inspect: {
    flags: {format: {short: 'f', takes: 'value'}, size: {...on, short: 's'}, type: {takes: 'value'}},
    names: 'either',
  },
  history: {flags: {'no-trunc': on, quiet: {...on, short: 'q'}}, names: 'image'},
  'volume create': {flags: {name: {takes: 'value'}, driver: {short: 'd', takes: 'value'}}, names: 'volume'},
  ps: {...prints, names: 'whatever'},
  images: prints,
  info: prints,
  version: prints,
}

/** Why what is often written beside a run is not the run's own. */
const refusals: Readonly<Record<string, string>> = {
  build: 'images are made elsewhere and pulled from a registry',
  create: 'a second container needs a unit of its own',
  cp: 'copies into or out of a container; mount what it needs',
  exec: 'runs inside the container; make it part of what the container runs',
  login: 'log in to the registry on the machine once, the agent takes the login from there',
  'network create': 'make the network on the machine, outside of the unit',
  run: 'a second container needs a unit of its own',
}

/** Only what ExecStop= does stops a running container. */
function stoppedBy(spec: ContainerSpec, key: string, how: Pick<ContainerSpec, 'stopSeconds' | 'stopSignal'>): ContainerSpec {
  return key === 'ExecStop' ? {...spec, ...how} : spec
}

/** An image by its digest cannot change. */
function pullsAlways(spec: ContainerSpec): ContainerSpec {
  return spec.image.includes('@') ? spec : {...spec, pull: 'always'}
}

function isOwn(name: string, names: Names, spec: ContainerSpec): boolean {
  const container = spec.name !== undefined && name.replace(/^\//, '') === spec.name
  const image = isSameImage(name, spec.image)
  const volume = spec.mounts.some(({type, source}) => type === 'volume' && source === name)
  return {container, image, either: container || image, volume, whatever: true}[names]
}

const ownContainer = ({name}: ContainerSpec) => `the container ${name === undefined ? 'has no --name' : `is named ${name}`}`
const ownImage = ({image}: ContainerSpec) => `the image is ${image}`

const ownWords: Readonly<Record<Names, (spec: ContainerSpec) => string>> = {
  container: ownContainer,
  image: ownImage,
  either: ownContainer,
  volume: () => 'the container mounts no such volume',
  whatever: ownImage,
}

/** Names without a tag mean `latest`. */
function isSameImage(one: string, other: string): boolean {
  const tagged = (image: string) => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`)
  return tagged(one) === tagged(other)
}
