import {Fault} from '../fault.ts'

/** At most so many units of one family on machines that have one value of this key; on each machine where there is no key. */
export interface FamilyLimit {
  readonly key?: string
  readonly most: number
}

/** Units of a family are spread over the values of a key of metadata. */
export interface Spread {
  readonly key: string
  /** Target shares by value; the values that are not named share evenly what is left of a hundred. Absent: all evenly. */
  readonly shares?: Readonly<Record<string, number>>
}

/** `MaxPerMachine=2`. */
export function parseMaxPerMachine(text: string): FamilyLimit | Fault {
  const most = wholeNumber(text)
  return most === undefined ? new Fault(`'${text}' is no whole number from 1`, 'write MaxPerMachine=2') : {most}
}

/** `MaxPer=zone:2`. */
export function parseMaxPer(text: string): FamilyLimit | Fault {
  const [, key, count = ''] = /^([A-Za-z0-9_.-]+):(\d+)$/.exec(text) ?? []
  const most = wholeNumber(count)
  if (key === undefined || most === undefined) return new Fault(`'${text}' is not key:number`, 'write MaxPer=zone:2')
  return {key, most}
}

/** `Spread=zone`, `Spread=zone:a=50,b=30`. */
export function parseSpread(text: string): Spread | Fault {
  const [, key, , listed] = /^([A-Za-z0-9_.-]+)(:(.+))?$/.exec(text) ?? []
  if (key === undefined) return new Fault(`'${text}' is no key of metadata`, 'write Spread=zone, or Spread=zone:a=50,b=30')
  if (listed === undefined) return {key}
  const shares: Record<string, number> = {}
  for (const part of listed.split(',')) {
    const [, value, share] = /^([^=]+)=(\d+)%?$/.exec(part.trim()) ?? []
    if (value === undefined || Number(share) > 100)
      return new Fault(`'${part.trim()}' is no share of a hundred`, 'write Spread=zone:a=50,b=30')
    shares[value] = Number(share)
  }
  const sum = Object.values(shares).reduce((all, share) => all + share, 0)
  return sum > 100 ? new Fault(`the shares make ${sum}, more than a hundred`, 'write shares of a hundred') : {key, shares}
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) && Number(text) >= 1 ? Number(text) : undefined
}
