import type {JournalLine} from './line.ts'

/**
 * The lines of one entry of `journalctl --output json` (systemd.journal-fields(7)): several where the message has
 * several. None of an entry that is not one.
 */
export function linesOfEntry(entry: string, unit: string, machine: string): readonly JournalLine[] {
  const fields = fieldsOf(entry)
  if (fields === undefined) return []
  const microseconds = textOf(fields.get('__REALTIME_TIMESTAMP'))
  if (!/^\d+$/.test(microseconds)) return []
  const identifier = textOf(fields.get('SYSLOG_IDENTIFIER')) || textOf(fields.get('_COMM'))
  const pid = Number(textOf(fields.get('_PID')) || textOf(fields.get('SYSLOG_PID')))
  const line = {
    nanoseconds: BigInt(microseconds) * 1000n,
    unit,
    machine,
    stream: 'journal' as const,
    ...(identifier === '' ? {} : {identifier}),
    ...(Number.isInteger(pid) && pid > 0 ? {pid} : {}),
  }
  return textOf(fields.get('MESSAGE'))
    .replace(/\n$/, '')
    .split('\n')
    .map(text => ({...line, text}))
}

/** The fields that `linesOfEntry` reads; the time is always there. */
export const readFields = ['MESSAGE', '_PID', 'SYSLOG_PID', 'SYSLOG_IDENTIFIER', '_COMM'] as const

function fieldsOf(entry: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(entry)
    return typeof parsed === 'object' && parsed !== null ? new Map(Object.entries(parsed)) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * A field's text. What is not UTF-8, or has control characters, comes as a list of bytes, what is too long as null, and a
 * field that was given several times as a list of its values, of which the first is taken.
 */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  if (value.every(each => typeof each === 'number')) return new TextDecoder().decode(Uint8Array.from(value))
  return textOf(value[0])
}
