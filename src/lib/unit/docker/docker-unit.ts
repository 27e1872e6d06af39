import type {ContainerSpec} from '../container/container-spec.ts'
import {Fault} from '../fault.ts'
import {optionsOf, type UnitFile} from '../file.ts'
import {type ExecCommand, expandVariables, parseExecLine} from '../service/exec-words.ts'
import {resolveSpecifiers, type Setting} from '../specifiers.ts'
import {type DockerRun, parseDockerRun} from './docker-run.ts'
import {isDocker, readUpkeep} from './docker-upkeep.ts'

/** A fleet unit translated: its container, and what its line said of the way it runs. */
export interface DockerUnit {
  readonly spec: ContainerSpec
  /** The line would have returned while the container ran on (`--detach`). */
  readonly detached: boolean
  /** Any end counts as success (`ExecStart=-…`). */
  readonly ignoresFailure: boolean
  readonly warnings: readonly Warning[]
}

interface Warning {
  readonly key: string
  readonly line: number
  readonly fault: Fault
}

/** Why a unit is none that Docker's API can run; `meant` when its ExecStart is a `docker run` line all the same. */
export interface NoDockerUnit {
  readonly reason: string
  readonly meant: boolean
  readonly line: number
}

/**
 * The container of a unit whose Exec lines are plain `docker run`, `pull`, `kill`, `rm` and `stop` lines; else the reason
 * why it must run through the command line after all. A `pull` line becomes the pull policy `always`; what stops the
 * container becomes its stop signal and grace; a unit that is not yet on a machine keeps variables as they are written.
 */
export function readDockerUnit(
  file: UnitFile,
  setting: Setting & {readonly environment: Readonly<Record<string, string>>},
): DockerUnit | NoDockerUnit {
  const lines = execKeys.flatMap(key => commandsOf(key, file, setting))
  const start = lines.filter(line => line.key === 'ExecStart')
  const run = start[0]?.command
  const meant = run !== undefined && isDocker(run.words) && /^(container )?run$/.test(dockerVerb(run.words))
  const refuse = (reason: string, line = start[0]?.line ?? 0): NoDockerUnit => ({reason, meant, line})

  const broken = lines.find(line => line.fault)
  if (broken?.fault) return refuse(`${broken.key}=: ${broken.fault.message}`, broken.line)
  if (!run || !meant) return refuse('ExecStart= is no docker run line')
  if (start.length > 1) return refuse('ExecStart= has several commands', start[1]?.line)
  if (setting.environment.DOCKER_HOST !== undefined) return refuse('DOCKER_HOST names another engine')

  const ran = runOf(run.words.slice(dockerVerb(run.words) === 'run' ? 2 : 3), setting)
  if (!('spec' in ran)) return refuse(ran.map(fault => [fault.message, fault.remedy].filter(Boolean).join('; ')).join('. '))
  let spec = ran.spec
  const firstStop = lines.find(line => line.key === 'ExecStop')
  for (const each of lines.filter(other => other.key !== 'ExecStart')) {
    const {key, line, command} = each
    const next = command ? readUpkeep(key, command.words, spec) : spec
    if (typeof next === 'string') return refuse(`${key}= ${next}`, line)
    if (key !== 'ExecStop' || each === firstStop) spec = next
  }
  return {
    spec,
    detached: ran.detached,
    ignoresFailure: run.ignoresFailure,
    warnings: lines.flatMap(({key, line, warnings}) => warnings.map(fault => ({key, line, fault}))),
  }
}

const execKeys = ['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost']

interface Line {
  readonly key: string
  readonly line: number
  readonly command?: ExecCommand
  readonly fault?: Fault
  readonly warnings: readonly Fault[]
}

function commandsOf(
  key: string,
  file: UnitFile,
  setting: Setting & {readonly environment: Readonly<Record<string, string>>},
): Line[] {
  return optionsOf(file, 'Service', key).flatMap(({value, line}): Line[] => {
    const commands = parseExecLine(value)
    if (commands instanceof Fault) return [{key, line, fault: commands, warnings: []}]
    return commands.map(command => {
      const resolved = command.words.map(word => resolveSpecifiers(word, setting))
      const texts = resolved.map(({text}) => text)
      const expanded = command.expandsVariables
        ? expandVariables(texts, setting.environment, {keepUnset: setting.host === undefined})
        : {words: texts, unset: []}
      const unset = setting.host
        ? expanded.unset.map(name => new Fault(`$${name} has no value`, 'write $$ for a dollar sign'))
        : []
      return {
        key,
        line,
        command: {...command, words: expanded.words},
        warnings: [...resolved.flatMap(({faults}) => faults), ...unset],
      }
    })
  })
}

function dockerVerb(words: readonly string[]): string {
  return words[1] === 'container' ? `container ${words[2]}` : (words[1] ?? '')
}

/**
 * Before the machine is known, a variable that stands for several flags would be taken for the image: it is left out when
 * its name or what follows it says so.
 */
function runOf(
  words: readonly string[],
  setting: Setting & {readonly environment: Readonly<Record<string, string>>},
): DockerRun | readonly Fault[] {
  if (setting.host) return parseDockerRun(words, {environment: setting.environment})
  const known = words.filter((word, index) => {
    const variable = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1]
    return variable === undefined || !(/OPT|ARG|FLAG|PARAM/i.test(variable) || words[index + 1]?.startsWith('-'))
  })
  return parseDockerRun(known, {environment: setting.environment, unknown: /\$/})
}
