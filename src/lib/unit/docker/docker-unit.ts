import type {ContainerSpec} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {optionsOf, type UnitFile, type UnitOption} from '../file.ts'
import {type ExecCommand, expandVariables, parseExecLine} from '../service/exec-words.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import {dockerCall, isDocker} from './docker-call.ts'
import {type DockerRun, parseDockerRun} from './docker-run.ts'
import {readUpkeep} from './docker-upkeep.ts'
import type {Restarting} from './run-values.ts'

/** A fleet unit translated: its container, and what its line said of the way it runs. */
export interface DockerUnit {
  readonly spec: ContainerSpec
  /** The line would have returned while the container ran on (`--detach`). */
  readonly detached: boolean
  /** Any end counts as success (`ExecStart=-…`). */
  readonly ignoresFailure: boolean
  /** How its line would have Docker keep it running, for a unit that does not say so itself (`--restart`). */
  readonly restart?: Restarting
  readonly warnings: readonly Warning[]
}

interface Warning {
  readonly key: string
  readonly line: number
  readonly fault: Fault
}

/** Why a unit is none that Docker's API can run. */
export interface NoDockerUnit {
  /** Its ExecStart is a `docker run` line all the same. */
  readonly meant: boolean
  /** All that stands in the way of a container that was meant, else the first; never empty. */
  readonly obstacles: readonly Obstacle[]
}

/** What keeps a unit from Docker, as a clause that begins behind the key's name: `runs /bin/sh`. */
export interface Obstacle {
  readonly key: string
  readonly line: number
  readonly reason: string
}

/** A unit's name, machine and environment. */
export type DockerSetting = Setting & {readonly environment: Readonly<Record<string, string>>}

/**
 * The container of a unit whose Exec lines are plain `docker run`, `pull`, `kill`, `rm` and `stop` lines; else the reasons
 * why it must run through the command line after all. A `pull` line becomes the pull policy `always`; what stops the
 * container becomes its stop signal and grace; a unit that is not yet on a machine keeps variables as they are written.
 */
export function readDockerUnit(file: UnitFile, setting: DockerSetting): DockerUnit | NoDockerUnit {
  const starts = optionsOf(file, 'Service', 'ExecStart')
  const other = starts[0] && otherProgram(starts[0])
  if (other !== undefined) return {meant: false, obstacles: [other]}
  const [start, ...others] = starts.flatMap(option => commandsOf(option, setting))
  const words = start?.command && runWords(start.command.words)
  if (start?.command === undefined || words === undefined) return {meant: false, obstacles: [noRunLine(start)]}

  const upkeep: Line[] = []
  for (const key of upkeepKeys) for (const option of optionsOf(file, 'Service', key)) upkeep.push(...commandsOf(option, setting))
  const ran = words instanceof Fault ? [words] : runOf(words, setting)
  const obstacles: Obstacle[] = []
  const object = ({key, line}: Pick<Line, 'key' | 'line'>, reason: string) => obstacles.push({key, line, reason})
  for (const each of others) object(each, 'is a second command')
  if (setting.environment.DOCKER_HOST !== undefined) object(start, 'runs on the engine that DOCKER_HOST names')
  if (!('spec' in ran))
    for (const {message, remedy} of ran) object(start, remedy === undefined ? message : `${message}; ${remedy}`)

  let spec = 'spec' in ran ? ran.spec : undefined
  const firstStop = upkeep.find(({key}) => key === 'ExecStop')
  for (const line of upkeep) {
    if (line.fault) object(line, `has ${line.fault.message}`)
    if (!line.command || !spec) continue
    const next = readUpkeep(line.key, line.command.words, spec)
    if (typeof next === 'string') object(line, next)
    else if (line.key !== 'ExecStop' || line === firstStop) spec = next
  }
  if (!('spec' in ran) || !spec || obstacles.length > 0) return {meant: true, obstacles}
  return {
    spec,
    detached: ran.detached,
    ...(ran.restart === undefined ? {} : {restart: ran.restart}),
    ignoresFailure: start.command.ignoresFailure,
    warnings: [start, ...upkeep].flatMap(({key, line, warnings}) =>
      warnings.length === 0 ? [] : warnings.map(fault => ({key, line, fault})),
    ),
  }
}

const upkeepKeys = ['ExecCondition', 'ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost']

interface Line {
  readonly key: string
  readonly line: number
  readonly command?: ExecCommand
  readonly fault?: Fault
  readonly warnings: readonly Fault[]
}

function commandsOf({key, value, line}: UnitOption, setting: DockerSetting): Line[] {
  const commands = parseExecLine(value)
  if (commands instanceof Fault) return [{key, line, fault: commands, warnings: []}]
  return commands.map(command => {
    const {texts, faults} = specified(command.words, setting)
    if (!command.expandsVariables || !texts.some(text => text.includes('$'))) {
      return {key, line, command: {...command, words: texts}, warnings: faults}
    }
    const {words, unset} = expandVariables(texts, setting.environment, {keepUnset: setting.host === undefined})
    const missing = setting.host ? unset.map(name => new Fault(`$${name} has no value`, 'write $$ for a dollar sign')) : []
    return {key, line, command: {...command, words}, warnings: [...faults, ...missing]}
  })
}

/** Words with their specifiers resolved. */
function specified(words: readonly string[], setting: Setting): {texts: readonly string[]; faults: readonly Fault[]} {
  if (!words.some(word => word.includes('%'))) return {texts: words, faults: []}
  const faults: Fault[] = []
  const texts = words.map(word => {
    if (!word.includes('%')) return word
    const resolved = resolveSpecifiers(word, setting)
    if (resolved.faults.length > 0) faults.push(...resolved.faults)
    return resolved.text
  })
  return {texts, faults}
}

/** What stands behind `docker run`; undefined for another command, a Fault for another engine's. */
function runWords(words: readonly string[]): readonly string[] | Fault | undefined {
  const call = dockerCall(words)
  return call === undefined || call instanceof Fault ? call : call.verb === 'run' ? call.rest : undefined
}

/** Tells without reading the whole line, which may be a long script, that another program than docker begins it. */
function otherProgram({key, value, line}: UnitOption): Obstacle | undefined {
  const program = /^[-@:+!|]*([^\s"'\\%$;]+)(?:\s|$)/.exec(value)?.[1]
  return program === undefined || isDocker([program])
    ? undefined
    : {key, line, reason: `runs ${program}, which is no docker run line`}
}

function noRunLine(start: Line | undefined): Obstacle {
  const key = 'ExecStart'
  if (start === undefined) return {key, line: 0, reason: 'is missing'}
  if (start.fault) return {key, line: start.line, reason: `has ${start.fault.message}`}
  const [program = 'nothing', ...more] = start.command?.words ?? []
  const command = isDocker([program]) ? ['docker', ...more.slice(0, more[0] === 'container' ? 2 : 1)].join(' ') : program
  return {key, line: start.line, reason: `runs ${command}, which is no docker run line`}
}

/**
 * Before the machine is known, a variable that stands for several flags would be taken for the image: it is left out when
 * its name or what follows it says so.
 */
function runOf(words: readonly string[], setting: DockerSetting): DockerRun | readonly Fault[] {
  if (setting.host) return parseDockerRun(words, {environment: setting.environment})
  const known = words.filter((word, index) => {
    const variable = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1]
    return variable === undefined || !(/OPT|ARG|FLAG|PARAM/i.test(variable) || words[index + 1]?.startsWith('-'))
  })
  return parseDockerRun(known, {environment: setting.environment, unknown: /\$/})
}
