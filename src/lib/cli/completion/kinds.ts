import type {Command} from '@oclif/core'

/** Things whose names complete a word. */
export type Kind =
  | 'unit'
  | 'known'
  | 'instance'
  | 'unit file'
  | 'file'
  | 'machine'
  | 'lost machine'
  | 'context'
  | 'field'
  | 'command'

interface Arguments {
  readonly kinds: readonly Kind[]
  /** How many arguments are completed so. */
  readonly most: number
}

const all = Number.POSITIVE_INFINITY

/**
 * What the arguments of the commands are, by the command's id. `known`: units and templates of the cluster; `unit`: without
 * templates; `instance`: with the beginnings of what templates can become.
 */
const byCommand: Readonly<Record<string, Arguments>> = {
  submit: {kinds: ['unit file'], most: all},
  verify: {kinds: ['unit file'], most: all},
  load: {kinds: ['instance', 'unit file'], most: all},
  start: {kinds: ['instance', 'unit file'], most: all},
  restart: {kinds: ['unit'], most: all},
  stop: {kinds: ['unit'], most: all},
  unload: {kinds: ['unit'], most: all},
  destroy: {kinds: ['known'], most: all},
  status: {kinds: ['known'], most: all},
  cat: {kinds: ['known'], most: all},
  journal: {kinds: ['unit'], most: all},
  logs: {kinds: ['unit'], most: all},
  why: {kinds: ['instance', 'unit file'], most: all},
  'plan:start': {kinds: ['instance', 'unit file'], most: all},
  'plan:stop': {kinds: ['unit'], most: all},
  'plan:drain': {kinds: ['machine'], most: all},
  'plan:lose': {kinds: ['machine'], most: all},
  exec: {kinds: ['unit'], most: 1},
  ssh: {kinds: ['machine', 'unit'], most: 1},
  tunnel: {kinds: ['machine'], most: 1},
  'list-units': {kinds: ['known'], most: all},
  'list-unit-files': {kinds: ['known'], most: all},
  'list-machines': {kinds: ['machine'], most: all},
  cordon: {kinds: ['machine'], most: all},
  uncordon: {kinds: ['machine'], most: all},
  drain: {kinds: ['machine'], most: all},
  move: {kinds: ['unit'], most: 1},
  'forget-machine': {kinds: ['lost machine'], most: all},
  simulate: {kinds: ['file'], most: 1},
  help: {kinds: ['command'], most: 1},
  'context:use': {kinds: ['context'], most: 1},
  'context:show': {kinds: ['context'], most: 1},
  'context:remove': {kinds: ['context'], most: all},
}

export function argumentKinds(command: string): Arguments {
  return byCommand[command] ?? {kinds: [], most: 0}
}

interface Values {
  readonly kinds: readonly Kind[]
  /** The flag takes several, parted by commas. */
  readonly severally: boolean
}

const byFlag: Readonly<Record<string, Values>> = {
  machine: {kinds: ['machine'], severally: false},
  unit: {kinds: ['unit'], severally: false},
  to: {kinds: ['machine'], severally: false},
  context: {kinds: ['context'], severally: false},
  fields: {kinds: ['field'], severally: true},
}

/** What the values of a flag are; those that help calls FILE are files. */
export function valueKinds({name, helpValue}: Pick<Command.Flag.Cached, 'name'> & {readonly helpValue?: unknown}): Values {
  return byFlag[name] ?? {kinds: helpValue === 'FILE' ? ['file'] : [], severally: false}
}
