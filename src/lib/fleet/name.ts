/** What fleet says of a name that cannot be a unit's; undefined for one that can (its rules are systemd.unit(5)'s). */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'unit name cannot be empty'
  if (name.length > mostCharacters) return `unit name exceeds maximum length (${mostCharacters})`
  const dot = name.lastIndexOf('.')
  if (dot < 0) return 'unit name must contain "."'
  if (dot === name.length - 1) return 'unit name cannot end in "."'
  const type = name.slice(dot + 1)
  if (!types.has(type)) return `invalid unit type: ${JSON.stringify(type)}`
  const odd = /[^A-Za-z0-9:_.\\@-]/u.exec(name.slice(0, dot))?.[0]
  if (odd !== undefined) return `invalid character '${odd}' in unit name`
  return name.startsWith('@') ? 'unit name cannot start in "@"' : undefined
}

const mostCharacters = 256

const types: ReadonlySet<string> = new Set([
  'service',
  'socket',
  'busname',
  'target',
  'snapshot',
  'device',
  'mount',
  'automount',
  'swap',
  'timer',
  'path',
  'slice',
  'scope',
])
