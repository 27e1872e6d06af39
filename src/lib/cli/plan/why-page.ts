import type {ChalkInstance} from 'chalk'
import {type MachineWhy, roundedCost, type UnitWhy} from '../../planning/why-unit.ts'

export interface WhyView {
  /** Columns of the terminal; undefined where there is none: nothing is wrapped then. */
  readonly width: number | undefined
  readonly chalk: ChalkInstance
}

/** One unit: what became of it, then the machines, the nearest first. Each line is ended. */
export function renderWhy(why: UnitWhy, {width, chalk}: WhyView): string {
  const tone = why.hasPlace ? chalk.green : chalk.red
  const lines: Line[] = [
    {head: why.text, paint: tone, indent: 0},
    ...(why.reason === null || why.verdict !== 'stands' ? [] : [plain(`why there: ${why.reason}`)]),
    ...againLines(why),
    ...(why.hold === null ? [] : [plain(`the engine moves nothing away from lost machines: ${why.hold}`)]),
    ...why.victims.map(({unit, reason}) => plain(`${unit} is taken away: ${reason}`)),
    ...why.machines.map(
      (each): Line => ({head: each.name, rest: `: ${machineText(each, why.verdict)}`, paint: toneOf(each, chalk), indent: 2}),
    ),
    ...why.groups.map(({count, text, machines}) =>
      plain(
        `${count} ${why.machines.length > 0 ? 'more ' : ''}${count === 1 ? 'machine' : 'machines'} ${text}: ${someOf(machines)}`,
      ),
    ),
    ...why.missingMetadata
      .filter(({machines}) => !why.hasPlace && machines.length > 1)
      .map(({set, machines}) => plain(`${machines.length} machines lack nothing but ${set}: ${someOf(machines)}`)),
  ]
  return lines.flatMap(line => wrapped(line, width)).join('')
}

/** `needs 512M memory, 400M free; fits if web@3.service moves (host2 takes it)`. */
export function machineText({stands, fits, cost, text, remedy}: MachineWhy, verdict?: UnitWhy['verdict']): string {
  const comes = verdict === 'fits'
  const here = stands ? (comes ? 'it goes here' : 'stands here') : 'fits'
  // Those that come after it may speak against another one.
  if (fits || (stands && comes)) return cost === null ? here : `${here}, cost ${roundedCost(cost)}`
  if (stands) return `stands here; it could not be placed here anew: ${text}`
  return remedy === null ? text : `${text}; fits if ${remedy}`
}

interface Line {
  readonly head: string
  readonly rest?: string
  readonly paint: (text: string) => string
  readonly indent: number
}

function plain(text: string): Line {
  return {head: '', rest: text, paint: each => each, indent: 2}
}

function againLines({verdict, places, again, machines}: UnitWhy): readonly Line[] {
  if (verdict !== 'stands' || places.length !== 1) return []
  if (again === null) return [plain('if it had no place now, it would get none')]
  if (places.includes(again)) return [plain('it would be placed there again now')]
  const better = machines.find(({machine}) => machine === again)?.name ?? again
  return [plain(`if it had no place now, it would be placed on ${better}; who has a place keeps it`)]
}

function toneOf({fits, stands, remedy}: MachineWhy, chalk: ChalkInstance): (text: string) => string {
  if (fits || stands) return chalk.green
  return remedy === null ? chalk.red : chalk.yellow
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).join(', ')
  return names.length > namesShown ? `${shown} and ${names.length - namesShown} more` : shown
}

const namesShown = 5

/** The line, broken between words where it is too long; what follows stands further in. */
function wrapped({head, rest = '', paint, indent}: Line, width: number | undefined): readonly string[] {
  const [first = '', ...more] = breakLine(
    printable(head + rest),
    width === undefined ? undefined : Math.max(20, width - indent - 2),
  )
  const cut = Math.min(first.length, head.length)
  const begun = `${' '.repeat(indent)}${paint(first.slice(0, cut))}${first.slice(cut)}`
  return [begun, ...more.map(text => `${' '.repeat(indent + 2)}${text}`)].map(text => `${text}\n`)
}

function breakLine(text: string, width: number | undefined): readonly string[] {
  if (width === undefined || text.length <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** What others wrote, without what would move the cursor or break the line. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
