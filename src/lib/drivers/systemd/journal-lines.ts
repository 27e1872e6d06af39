/**
 * The lines that belong to one start of a unit, of the journal's entries as `journalctl --output json` prints them. What a
 * process says just before it dies may come without its invocation: it counts for the one that has begun before it. All
 * lines where the start is not known.
 */
export function linesOfStart(entries: string, invocation: string): readonly string[] {
  const said = entries.split('\n').flatMap(line => entryOf(line) ?? [])
  const from = said.findIndex(entry => entry.invocation === invocation)
  if (from < 0) return said.flatMap(({lines}) => lines)
  return said.slice(from).flatMap(entry => (entry.invocation === undefined || entry.invocation === invocation ? entry.lines : []))
}

interface Entry {
  readonly lines: readonly string[]
  readonly invocation: string | undefined
}

function entryOf(line: string): Entry | undefined {
  if (line === '') return undefined
  const entry: unknown = JSON.parse(line)
  if (typeof entry !== 'object' || entry === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(entry))
  // What systemd itself says of a unit has the unit's invocation beside its own.
  const invocation = fields.get('INVOCATION_ID') ?? fields.get('_SYSTEMD_INVOCATION_ID')
  return {lines: textOf(fields.get('MESSAGE')).split('\n'), invocation: typeof invocation === 'string' ? invocation : undefined}
}

/** The journal prints what is no text as a list of bytes, and what is too long as null. */
function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  if (!Array.isArray(message)) return ''
  return new TextDecoder().decode(Uint8Array.from(message.map(Number)))
}
