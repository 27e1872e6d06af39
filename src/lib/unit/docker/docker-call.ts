import {Fault} from '../fault.ts'
import {type FlagShape, readFlags} from './flag-words.ts'

/** What a command asks of Docker. */
export interface DockerCall {
  /** `run`, also for `container run`; `image rm` is `rmi`; other groups keep theirs: `volume create`. */
  readonly verb: string
  /** What stands behind the verb, at the end of the command's words. */
  readonly rest: readonly string[]
}

/** Whether a command runs Docker's command line itself, or systemd-docker, which hands on to it. */
export function isDocker([program = '']: readonly string[]): boolean {
  return /^(\/(usr|usr\/local|opt)\/bin\/|\/bin\/)?(docker|systemd-docker)$/.test(program)
}

/**
 * Reads a command of Docker's as far as its verb; undefined when it is none. Flags before the verb are passed over when
 * they say what is so anyhow; a Fault when they lead to another engine.
 */
export function dockerCall(words: readonly string[]): DockerCall | Fault | undefined {
  if (!isDocker(words)) return undefined
  if (words[1] !== undefined && !words[1].startsWith('-')) return callOf(words.slice(1))
  const read = readFlags(words.slice(1), globalFlags)
  if (read instanceof Fault) return read
  for (const {name, written, value} of read.flags) {
    const objection = globalFlags[name]?.objection?.(value)
    if (objection !== undefined) return new Fault(`${written} ${objection}`, 'take it away')
  }
  return callOf(read.rest)
}

function callOf(words: readonly string[]): DockerCall {
  const [group = '', verb = ''] = words
  if (!groups.includes(group)) return {verb: group, rest: words.slice(1)}
  const rest = words.slice(2)
  const known = sameVerbs[`${group} ${verb}`] ?? (group === 'container' ? verb : `${group} ${verb}`)
  return {verb: known, rest}
}

interface GlobalFlag extends FlagShape {
  /** What speaks against the flag with this value, as a clause behind it. */
  readonly objection?: (value: string) => string | undefined
}

const leadsElsewhere = 'leads to another engine than the agent has'
const switchOn = (value: string) => (value === 'false' ? undefined : leadsElsewhere)

const globalFlags: Readonly<Record<string, GlobalFlag>> = {
  config: {takes: 'value', objection: () => "names another place of Docker's own settings"},
  context: {short: 'c', takes: 'value', objection: value => (value === 'default' ? undefined : leadsElsewhere)},
  debug: {short: 'D', takes: 'switch'},
  host: {
    short: 'H',
    takes: 'value',
    objection: value => (/^unix:\/\/(\/var\/run\/docker\.sock|\/run\/docker\.sock)?$/.test(value) ? undefined : leadsElsewhere),
  },
  'log-level': {short: 'l', takes: 'value'},
  tls: {takes: 'switch', objection: switchOn},
  tlscacert: {takes: 'value', objection: () => leadsElsewhere},
  tlscert: {takes: 'value', objection: () => leadsElsewhere},
  tlskey: {takes: 'value', objection: () => leadsElsewhere},
  tlsverify: {takes: 'switch', objection: switchOn},
}

const groups = ['container', 'image', 'volume', 'network', 'system', 'builder', 'compose']

const sameVerbs: Readonly<Record<string, string>> = {
  'container ls': 'ps',
  'container list': 'ps',
  'container remove': 'rm',
  'image pull': 'pull',
  'image rm': 'rmi',
  'image remove': 'rmi',
  'image ls': 'images',
  'image list': 'images',
  'image inspect': 'inspect',
  'image build': 'build',
  'system info': 'info',
}
