import {UsageError} from '../base/errors.ts'
import {checkWords} from './check-words.ts'
import type {ContainerSpec, Resources, Ulimit} from './container/container-spec.ts'
import {definitionOf} from './definition.ts'
import {dependenciesOf} from './dependencies.ts'
import {type DockerSetting, type DockerUnit, type NoDockerUnit, readDockerUnit} from './docker/docker-unit.ts'
import {allOptions, lastValueOf, parseUnitFile, type ReadUnitFile, type UnitFile} from './file.ts'
import {parseUnitName, type UnitName} from './names.ts'
import {oncePerFile} from './once-per-file.ts'
import {requestsOf} from './placement/requests.ts'
import {parsePlacement} from './placement.ts'
import {ProblemList} from './problem-list.ts'
import {parseContainer} from './quadlet/container-section.ts'
import {parseService} from './service/service.ts'
import {serviceEnvironment} from './service/service-environment.ts'
import {parseServiceResources} from './service/service-resources.ts'
import {resolveSpecifiers, type Setting} from './specifiers.ts'
import type {DriverName, Host, Placement, Problem, Service, Unit} from './unit.ts'

export interface ParsedUnit {
  /** Absent when any problem is an error. */
  readonly unit?: Unit
  /** Absent only when the name is none. */
  readonly choice?: DriverChoice
  /** All there are, in the order of the lines. */
  readonly problems: readonly Problem[]
}

/** Which driver runs a unit, and why this one and not the other. */
export interface DriverChoice {
  readonly driver: DriverName
  /** A clause: `every Exec line is a plain docker line`. */
  readonly reason: string
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
  if (unitName === undefined) return {problems: problems.all()}
  const {unit, choice} = understand(file, {name: unitName, ...(host === undefined ? {} : {host})}, problems)
  return {...(problems.hasErrors ? {} : {unit}), choice, problems: problems.all()}
}

/** What a list says of a unit, without understanding the rest of its file. The name must be one. */
export function describeUnit(
  name: string,
  {file}: ReadUnitFile,
): {readonly global: boolean; readonly description: string | undefined} {
  const setting = {name: parseUnitName(name)}
  return {global: placementOf(file, setting.name, new ProblemList()).global, description: descriptionOf(file, setting)}
}

function descriptionOf(file: UnitFile, setting: Setting): string | undefined {
  const description = lastValueOf(file, 'Unit', 'Description')
  return description === undefined ? undefined : resolveSpecifiers(description, setting).text
}

function understand(file: UnitFile, setting: Setting, problems: ProblemList): {unit: Unit; choice: DriverChoice} {
  checkWords(file, problems)
  const description = descriptionOf(file, setting)
  const service = serviceOnce(file, problems)
  const run = runOf(file, {...setting, environment: environmentOf(file, setting, problems)}, problems)
  const placement = placementOf(file, setting.name, problems)
  const unit: Unit = {
    name: setting.name.name,
    ...(description === undefined ? {} : {description}),
    driver: run.driver,
    placement,
    requests: requestsOf({
      said: placement.requests ?? {},
      ports: placement.ports ?? [],
      limits: run.limits,
      container: run.container,
    }),
    service: run.service === undefined ? service : {...service, ...run.service},
    dependencies: dependenciesOf(file, setting),
    ...(run.container === undefined ? {} : {container: run.container}),
    ...(run.driver === 'systemd' ? {definition: definitionOf(file)} : {}),
  }
  return {unit, choice: {driver: run.driver, reason: run.reason}}
}

const serviceOnce = oncePerFile(parseService)
const resourcesOnce = oncePerFile(parseServiceResources)
/** The name plays no part in a section without specifiers. */
const anyName = parseUnitName('any.service')
const placementOnce = oncePerFile((file, problems) => parsePlacement(file, anyName, problems))
const hasPlacementSpecifiers = oncePerFile(file => allOptions(file, 'X-Fleet').some(({value}) => value.includes('%')))

function placementOf(file: UnitFile, name: UnitName, problems: ProblemList): Placement {
  return hasPlacementSpecifiers(file, problems) ? parsePlacement(file, name, problems) : placementOnce(file, problems)
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

interface Running extends DriverChoice {
  /** What [Service] limits it to. */
  readonly limits: Resources
  readonly container?: ContainerSpec
  /** What the way it runs changes in its service. */
  readonly service?: Partial<Service>
}

/** [Container] and plain docker lines go to Docker, everything else to the host's systemd. */
function runOf(file: UnitFile, setting: DockerSetting, problems: ProblemList): Running {
  const limits = resourcesOnce(file, problems)
  return {...driverOf(file, {...setting, limits}, problems), limits: limits.resources}
}

interface Limits {
  readonly resources: Resources
  readonly ulimits: readonly Ulimit[]
}

function driverOf(
  file: UnitFile,
  {limits, ...setting}: DockerSetting & {readonly limits: Limits},
  problems: ProblemList,
): Omit<Running, 'limits'> {
  if (file.sections.some(({name}) => name === 'Container')) {
    checkBesideContainer(file, setting.name, problems)
    const container = parseContainer(file, setting, problems)
    return {
      driver: 'docker',
      reason: 'it has a [Container] section',
      ...(container ? {container: withLimits(container, limits)} : {}),
    }
  }
  if (setting.name.type !== 'service') return {driver: 'systemd', reason: `it is a .${setting.name.type} unit`}
  if (!allOptions(file, 'Service').some(({key}) => key === 'ExecStart' || key === 'ExecStop')) {
    problems.warning(
      {section: 'Service', key: 'ExecStart', line: 0},
      'is missing: nothing would run',
      'write [Container] with Image=, or ExecStart=',
    )
    return {driver: 'systemd', reason: 'it has neither [Container] nor ExecStart='}
  }
  const docker = readDockerUnit(file, setting)
  if (!('spec' in docker)) return {driver: 'systemd', reason: whyNotDocker(docker, problems)}
  for (const {key, line, fault} of docker.warnings) problems.warning({section: 'Service', key, line}, fault.message, fault.remedy)
  return {
    driver: 'docker',
    reason: 'every Exec line is a plain docker line',
    container: withLimits(docker.spec, limits),
    service: serviceOf(docker, file),
  }
}

/** Says in the problems what keeps a container that was meant from Docker; returns it as a clause. */
function whyNotDocker({meant, obstacles}: NoDockerUnit, problems: ProblemList): string {
  const [first, ...others] = obstacles
  if (first === undefined) return 'it has no Exec line'
  const {key, line, reason} = first
  const place = `${key}= ${line > 0 ? `(line ${line}) ` : ''}`
  if (!meant) return `${place}${reason}`
  const more = [...new Set(others.map(other => other.line))].filter(other => other !== line).sort((one, two) => one - two)
  const [are, lines] = more.length === 1 ? ['is', 'line'] : ['are', 'lines']
  const also = more.length === 0 ? '' : `; nor ${are} ${lines} ${more.join(', ')}`
  problems.warning(
    {section: 'Service', key, line},
    `no plain docker line, so that systemd and docker's command line run the unit: ${reason}${also}`,
  )
  return `${place}is no plain docker line: ${reason}${also}`
}

const everyFailure: readonly number[] = Array.from({length: 255}, (_, index) => index + 1)

function serviceOf({detached, ignoresFailure, restart}: DockerUnit, file: UnitFile): Partial<Service> {
  return {
    ...(lastValueOf(file, 'Service', 'Restart') === undefined ? restart : {}),
    ...(detached ? {type: 'simple', remainAfterExit: false} : {}),
    ...(ignoresFailure ? {successExitCodes: everyFailure} : {}),
  }
}

/** What the container itself says of a limit goes before what [Service] says. */
function withLimits(container: ContainerSpec, limits: Limits): ContainerSpec {
  if (limits.ulimits.length === 0 && Object.keys(limits.resources).length === 0) return container
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
