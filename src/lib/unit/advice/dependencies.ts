import {Fault} from '../fault.ts'
import {optionsOf} from '../file.ts'
import {nearest} from '../nearest.ts'
import {hardDependencies, platformUnits} from '../platform-units.ts'
import type {Given} from './given.ts'

/** Dependencies that a machine need not have, or that are likely spelt wrong. */
export function adviseDependencies({read: {file}, unit, problems}: Given): void {
  const platform = hardDependencies(file).filter(({name}) => unit.driver === 'systemd' && platformUnits.has(name))
  for (const together of Map.groupBy(platform, ({key, line}) => `${line} ${key}`).values()) {
    const [first, ...more] = together
    if (first === undefined) continue
    const names = listed(together.map(({name}) => name))
    const fault = new Fault(`${names} ${more.length > 0 ? 'count' : 'counts'} as satisfied on a machine that has no such unit`)
    problems.fault({section: 'Unit', key: first.key, line: first.line}, fault, 'note')
  }
  for (const key of ['After', 'Before', 'Wants', 'Requires', 'Requisite', 'BindsTo', 'BindTo', 'PartOf']) {
    for (const {value, line} of optionsOf(file, 'Unit', key)) {
      for (const name of value.split(/\s+/)) {
        const meant = misspelt(name)
        if (meant !== undefined) problems.warning({section: 'Unit', key, line}, `'${name}' looks misspelt`, `write ${meant}`)
      }
    }
  }
}

/** What a name one letter off was meant to be, or with two swapped; names that differ only in a digit are likely meant. */
function misspelt(name: string): string | undefined {
  if (platformUnits.has(name)) return undefined
  const meant = nearest(name, platformUnits, 1)
  const letters = (text: string) => text.replaceAll(/[0-9]/g, '')
  return meant === undefined || letters(meant) === letters(name) ? undefined : meant
}

function listed(names: readonly string[]): string {
  const quoted = names.map(name => `'${name}'`)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
}
