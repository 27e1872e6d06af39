import {UsageError} from '../base/errors.ts'
import {checkWords} from './check-words.ts'
import type {ContainerSpec, Resources, Ulimit} from './container/container-spec.ts'
import {readDockerUnit} from './docker/docker-unit.ts'
import {allOptions, lastValueOf, parseUnitFile, type ReadUnitFile, type UnitFile} from './file.ts'
import {parseUnitName, type UnitName} from './names.ts'
import {parsePlacement} from './placement.ts'
import {ProblemList} from './problem-list.ts'
import {parseContainer} from './quadlet/container-section.ts'
import {parseService} from './service/service.ts'
import {serviceEnvironment} from './service/service-environment.ts'
import {parseServiceResources} from './service/service-resources.ts'
import {resolveSpecifiers, type Setting} from './specifiers.ts'
import type {Host, Problem, Service, Unit} from './unit.ts'

export interface ParsedUnit {
  /** Absent when any problem is an error. */
  readonly unit?: Unit
  /** All there are, in the order of the lines. */
  readonly problems: readonly Problem[]
}

/**
 * Understands a unit file, for a machine or, without one, for all that can be said before it is placed: specifiers of
 * the machine are stand-ins then and variables of its files stay as they are written. A template may be given to be
 * checked. Never throws; every problem is told at once.
 */
export function parseUnit(name: string, text: string, host?: Host): ParsedUnit {
  return understandUnit(name, parseUnitFile(text), host)
}

/** As `parseUnit`, of a file that was read before: the instances of a template share one. */
export function understandUnit(name: string, {file, problems: read}: ReadUnitFile, host?: Host): ParsedUnit {
  const problems = new ProblemList(read)
  const unitName = readName(name, problems)
  const unit = unitName && understand(file, {name: unitName, ...(host === undefined ? {} : {host})}, problems)
  return {...(unit && !problems.hasErrors ? {unit} : {}), problems: problems.all()}
}

function understand(file: UnitFile, setting: Setting, problems: ProblemList): Unit {
  checkWords(file, problems)
  const description = lastValueOf(file, 'Unit', 'Description')
  const service = parseService(file, problems)
  const run = runOf(file, {...setting, environment: environmentOf(file, setting, problems)}, problems)
  return {
    name: setting.name.name,
    ...(description === undefined ? {} : {description: resolveSpecifiers(description, setting).text}),
    placement: parsePlacement(file, setting.name, problems),
    ...run,
    service: {...service, ...run.service},
  }
}

function readName(name: string, problems: ProblemList): UnitName | undefined {
  try {
    return parseUnitName(name)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    problems.error({section: 'Unit', line: 0}, error.message, error.hint)
    return undefined
  }
}

/** What files say goes over what the unit itself says (systemd.exec(5), EnvironmentFile=). */
function environmentOf(file: UnitFile, setting: Setting, problems: ProblemList): Readonly<Record<string, string>> {
  return {...serviceEnvironment(file, setting, problems), ...setting.host?.environment}
}

interface Running {
  readonly driver: Unit['driver']
  readonly container?: ContainerSpec
  /** What the way it runs changes in its service. */
  readonly service?: Partial<Service>
}

/** [Container] and plain docker lines go to Docker, everything else to the host's systemd. */
function runOf(
  file: UnitFile,
  setting: Setting & {readonly environment: Readonly<Record<string, string>>},
  problems: ProblemList,
): Running {
  const limits = parseServiceResources(file, problems)
  const section = file.sections.find(({name}) => name === 'Container')
  if (section) {
    checkBesideContainer(file, setting.name, problems)
    const container = parseContainer(file, setting, problems)
    return {driver: 'docker', ...(container ? {container: withLimits(container, limits)} : {})}
  }
  if (setting.name.type !== 'service') return {driver: 'systemd'}
  if (!allOptions(file, 'Service').some(({key}) => key === 'ExecStart' || key === 'ExecStop')) {
    problems.warning(
      {section: 'Service', key: 'ExecStart', line: 0},
      'is missing: nothing would run',
      'write [Container] with Image=, or ExecStart=',
    )
    return {driver: 'systemd'}
  }
  const docker = readDockerUnit(file, setting)
  if (!('spec' in docker)) {
    const {reason, line} = docker
    if (docker.meant)
      problems.warning({section: 'Service', key: 'ExecStart', line}, `runs through systemd and docker's command line: ${reason}`)
    return {driver: 'systemd'}
  }
  for (const {key, line, fault} of docker.warnings) problems.warning({section: 'Service', key, line}, fault.message, fault.remedy)
  return {
    driver: 'docker',
    container: withLimits(docker.spec, limits),
    service: {
      ...(docker.detached ? {type: 'simple', remainAfterExit: false} : {}),
      ...(docker.ignoresFailure ? {successExitCodes: Array.from({length: 255}, (_, index) => index + 1)} : {}),
    },
  }
}

/** What the container itself says of a limit goes before what [Service] says. */
function withLimits(
  container: ContainerSpec,
  limits: {readonly resources: Resources; readonly ulimits: readonly Ulimit[]},
): ContainerSpec {
  const others = limits.ulimits.filter(({name}) => !container.ulimits.some(own => own.name === name))
  return {...container, resources: {...limits.resources, ...container.resources}, ulimits: [...others, ...container.ulimits]}
}

function checkBesideContainer(file: UnitFile, name: UnitName, problems: ProblemList): void {
  const line = file.sections.find(section => section.name === 'Container')?.line ?? 0
  if (name.type !== 'service')
    problems.error({section: 'Container', line}, `stands in a unit of type ${name.type}`, 'name the unit .service')
  for (const {key, line} of allOptions(file, 'Service')) {
    const place = {section: 'Service', key, line}
    if (key.startsWith('Exec'))
      problems.error(place, 'stands beside [Container]', 'take it away; what the container runs is Exec= of [Container]')
    else if (['User', 'Group', 'WorkingDirectory'].includes(key)) {
      problems.warning(
        place,
        'has no effect on a container',
        `write ${key === 'WorkingDirectory' ? 'WorkingDir' : key}= in [Container]`,
      )
    }
  }
}
