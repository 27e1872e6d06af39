import {exitCodes} from '../../base/errors.ts'

/** The groups of the commands, in the order in which help shows them, and the first words of the commands in each. */
const groups = {
  Units: ['submit', 'load', 'start', 'restart', 'stop', 'unload', 'destroy', 'verify'],
  'Looking at units': ['list-units', 'list-unit-files', 'status', 'cat', 'journal', 'logs', 'why', 'plan'],
  Machines: [
    'list-machines',
    'top',
    'forget-machine',
    'ssh',
    'exec',
    'fd-forward',
    'cordon',
    'uncordon',
    'drain',
    'move',
    'rebalance',
    'metadata',
  ],
  Cluster: ['agent', 'dev', 'context', 'config', 'tunnel', 'api', 'token', 'import', 'simulate'],
  Program: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type GroupName = keyof typeof groups

export const groupNames: readonly GroupName[] = ['Units', 'Looking at units', 'Machines', 'Cluster', 'Program']

/** The group of a command; what is in no other belongs to the program itself. */
export function groupOf(id: string): GroupName {
  const word = id.split(':')[0] ?? id
  return groupNames.find(name => groups[name].some(each => each === word)) ?? 'Program'
}

/** Orders the commands of a group as the group names them, then by name. */
export function compareInGroup(a: string, b: string): number {
  return placeOf(a) - placeOf(b) || (a < b ? -1 : 1)
}

function placeOf(id: string): number {
  const words: readonly string[] = groups[groupOf(id)]
  const place = words.indexOf(id.split(':')[0] ?? id)
  return place < 0 ? words.length : place
}

/** When `ctl` ends with which code. */
export const exitCodeWords: readonly {readonly code: string; readonly when: string}[] = [
  {code: String(exitCodes.done), when: 'done'},
  {code: String(exitCodes.bug), when: 'a bug; --debug shows where'},
  {code: String(exitCodes.usage), when: 'wrong usage, or an invalid unit file'},
  {code: String(exitCodes.notFound), when: 'no such unit or machine'},
  {code: String(exitCodes.conflict), when: 'conflict: other contents under that name, or a machine id that is taken'},
  {code: String(exitCodes.unreachable), when: 'etcd, Docker or a machine cannot be reached'},
  {code: String(exitCodes.timeout), when: 'not done within the timeout'},
  {code: String(exitCodes.unplaceable), when: 'cannot be placed; the reasons are printed'},
  {code: String(exitCodes.failed), when: 'the unit failed; its last lines are printed'},
  {code: '130, 143', when: 'ended by ^C, by SIGTERM'},
]
