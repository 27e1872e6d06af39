import {constants} from 'node:os'

/**
 * The exit codes that a list of SuccessExitStatus= means: numbers, names of sysexits(3), and signals, by which a
 * container ends with 128 plus the signal's number. Undefined when one is not known. (systemd.service(5))
 */
export function exitCodesOf(list: string): number[] | undefined {
  const codes = list
    .split(/\s+/)
    .filter(word => word !== '')
    .map(exitCodeOf)
  return codes.every(code => code !== undefined) ? codes : undefined
}

function exitCodeOf(word: string): number | undefined {
  if (/^\d{1,3}$/.test(word)) return Number(word) < 256 ? Number(word) : undefined
  const named = Object.hasOwn(exitNames, word) ? exitNames[word] : undefined
  return named ?? signalCode(word.startsWith('SIG') ? word : `SIG${word}`)
}

function signalCode(name: string): number | undefined {
  const signal = Object.entries(constants.signals).find(([known]) => known === name)
  return signal && 128 + signal[1]
}

const exitNames: Readonly<Record<string, number>> = {
  SUCCESS: 0,
  FAILURE: 1,
  INVALIDARGUMENT: 2,
  NOTIMPLEMENTED: 3,
  NOPERMISSION: 4,
  NOTINSTALLED: 5,
  NOTCONFIGURED: 6,
  NOTRUNNING: 7,
  USAGE: 64,
  DATAERR: 65,
  NOINPUT: 66,
  NOUSER: 67,
  NOHOST: 68,
  UNAVAILABLE: 69,
  SOFTWARE: 70,
  OSERR: 71,
  OSFILE: 72,
  CANTCREAT: 73,
  IOERR: 74,
  TEMPFAIL: 75,
  PROTOCOL: 76,
  NOPERM: 77,
  CONFIG: 78,
}
