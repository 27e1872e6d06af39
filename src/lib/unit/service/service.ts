import {parseTimeSpan} from '../../base/time-span.ts'
import {parseBoolean} from '../boolean.ts'
import {lastOptionOf, optionsOf, type UnitFile, type UnitOption} from '../file.ts'
import {nearest} from '../nearest.ts'
import type {ProblemList} from '../problem-list.ts'
import type {RestartPolicy, Service} from '../unit.ts'
import {exitCodesOf} from './exit-status.ts'

/**
 * Reads the words of [Service] that an agent obeys itself, with the defaults of systemd.service(5), and the start limit
 * of [Unit] (systemd.unit(5); its older places and spellings hold too).
 */
export function parseService(file: UnitFile, problems: ProblemList): Service {
  const read = <T>(key: string, parse: (value: string) => T | undefined, remedy: string): T | undefined => {
    const option = lastOptionOf(file, section, key)
    return option && readOption(option, section, {parse, remedy, problems})
  }
  const type = read('Type', text => types.find(known => known === text), typesRemedy) ?? 'simple'
  const restart = read('Restart', text => policies.find(known => known === text), policiesRemedy) ?? 'no'
  if (type === 'oneshot' && (restart === 'always' || restart === 'on-success')) {
    const place = {section, key: 'Restart', line: lastOptionOf(file, section, 'Restart')?.line ?? 0}
    problems.error(place, `'${restart}' cannot stand beside Type=oneshot`, 'write Restart=on-failure, or another Type=')
  }
  const both = lastOptionOf(file, section, 'TimeoutSec')
  const timeout = (key: 'TimeoutStartSec' | 'TimeoutStopSec') => {
    const own = lastOptionOf(file, section, key)
    return read(own && own.line > (both?.line ?? 0) ? key : 'TimeoutSec', parseTimeout, spanRemedy)
  }
  const timeoutStartSeconds = timeout('TimeoutStartSec')
  const timeoutStopSeconds = timeout('TimeoutStopSec')
  return {
    type,
    remainAfterExit: read('RemainAfterExit', parseBoolean, 'write yes or no') ?? false,
    restart,
    restartSeconds: read('RestartSec', parseTimeSpan, spanRemedy) ?? 0.1,
    ...startLimit(file, problems),
    ...(timeoutStartSeconds === undefined ? {} : {timeoutStartSeconds}),
    ...(timeoutStopSeconds === undefined ? {} : {timeoutStopSeconds}),
    successExitCodes: successExitCodes(file, problems),
  }
}

const section = 'Service'
const types = [
  'simple',
  'exec',
  'forking',
  'oneshot',
  'dbus',
  'notify',
  'notify-reload',
  'idle',
] as const satisfies Service['type'][]
const policies = [
  'no',
  'always',
  'on-success',
  'on-failure',
  'on-abnormal',
  'on-abort',
  'on-watchdog',
] as const satisfies RestartPolicy[]
const typesRemedy = `write one of ${types.join(', ')}`
const policiesRemedy = `write one of ${policies.join(', ')}`
const spanRemedy = 'write a time such as 30s, 5min or infinity'

interface Reading<T> {
  readonly parse: (value: string) => T | undefined
  readonly remedy: string
  readonly problems: ProblemList
}

function readOption<T>(option: UnitOption, inSection: string, {parse, remedy, problems}: Reading<T>): T | undefined {
  const value = parse(option.value)
  if (value === undefined) {
    const word = /write one of (.*)/.exec(remedy)?.[1]?.split(', ')
    const meant = word && nearest(option.value, word)
    problems.error(
      {section: inSection, key: option.key, line: option.line},
      `'${option.value}' is not understood`,
      meant ? `write ${option.key}=${meant}` : remedy,
    )
  }
  return value
}

/** A timeout of 0 is none, as it always was (systemd.service(5)). */
function parseTimeout(text: string): number | undefined {
  const seconds = parseTimeSpan(text)
  return seconds === 0 ? Infinity : seconds
}

/** The last word on a limit, whichever section and spelling it has. */
function startLimit(file: UnitFile, problems: ProblemList): Pick<Service, 'startLimitBurst' | 'startLimitIntervalSeconds'> {
  const last = <T>(keys: readonly string[], reading: Omit<Reading<T>, 'problems'>): T | undefined => {
    let given: {name: string; option: UnitOption} | undefined
    for (const name of ['Unit', section]) {
      for (const key of keys) {
        const option = lastOptionOf(file, name, key)
        if (option && option.line >= (given?.option.line ?? 0)) given = {name, option}
      }
    }
    return given && readOption(given.option, given.name, {...reading, problems})
  }
  const parseCount = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)
  return {
    startLimitBurst: last(['StartLimitBurst'], {parse: parseCount, remedy: 'write a number'}) ?? 5,
    startLimitIntervalSeconds:
      last(['StartLimitIntervalSec', 'StartLimitInterval'], {parse: parseTimeSpan, remedy: spanRemedy}) ?? 10,
  }
}

function successExitCodes(file: UnitFile, problems: ProblemList): number[] {
  const codes = optionsOf(file, section, 'SuccessExitStatus').flatMap(option => {
    const reading = {parse: exitCodesOf, remedy: 'write exit codes or signals, such as 143 SIGTERM TEMPFAIL', problems}
    return readOption(option, section, reading) ?? []
  })
  return [...new Set(codes)]
}
