import type {ContainerSpec} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {type FlagShape, type GivenFlag, readFlags} from './flag-words.ts'

/** Whether a command runs Docker's command line itself. */
export function isDocker(words: readonly string[]): boolean {
  return ['docker', '/usr/bin/docker', '/bin/docker', '/usr/local/bin/docker'].includes(words[0] ?? '')
}

/**
 * What a line beside `docker run` adds to the container: `pull` the pull policy, `stop` and `kill` in ExecStop= how it
 * stops; otherwise nothing, since removing and stopping are the agent's own. Or why the line is not plain, as a sentence
 * that begins behind the key's name.
 */
export function readUpkeep(key: string, words: readonly string[], spec: ContainerSpec): ContainerSpec | string {
  if (!isDocker(words)) return `runs ${words[0] ?? 'nothing'}`
  const grouped = words[1] === 'container' || words[1] === 'image'
  const verb = (grouped ? words[2] : words[1]) ?? ''
  const row = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (!row) return `runs docker ${verb}`
  const read = readFlags(words.slice(grouped ? 3 : 2), row.flags)
  if (read instanceof Fault) return `runs docker ${verb}: ${read.message}`
  const other = row.names === 'container' ? read.rest.find(name => name !== spec.name && !name.includes('$')) : undefined
  if (other !== undefined) {
    return `runs docker ${verb} ${other}, but the container ${spec.name === undefined ? 'has no --name' : `is named ${spec.name}`}`
  }
  return row.add?.(spec, {key, flags: read.flags, rest: read.rest}) ?? spec
}

interface Given {
  readonly key: string
  readonly flags: readonly GivenFlag[]
  readonly rest: readonly string[]
}

interface Verb {
  readonly flags: Readonly<Record<string, FlagShape>>
  readonly names: 'container' | 'image'
  readonly add?: (spec: ContainerSpec, given: Given) => ContainerSpec
}

const verbs: Readonly<Record<string, Verb>> = {
  pull: {
    flags: {
      quiet: {short: 'q', takes: 'switch'},
      'all-tags': {short: 'a', takes: 'switch'},
      'disable-content-trust': {takes: 'switch'},
    },
    names: 'image',
    add: (spec, {rest}) =>
      rest.some(image => isSameImage(image, spec.image)) && !spec.image.includes('@') ? {...spec, pull: 'always'} : spec,
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
  rm: {
    flags: {force: {short: 'f', takes: 'switch'}, volumes: {short: 'v', takes: 'switch'}},
    names: 'container',
  },
}

/** Only what ExecStop= does stops a running container. */
function stoppedBy(spec: ContainerSpec, key: string, how: Pick<ContainerSpec, 'stopSeconds' | 'stopSignal'>): ContainerSpec {
  return key === 'ExecStop' ? {...spec, ...how} : spec
}

/** Names without a tag mean `latest`. */
function isSameImage(one: string, other: string): boolean {
  const tagged = (image: string) => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`)
  return tagged(one) === tagged(other)
}
