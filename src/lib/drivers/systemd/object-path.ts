const prefix = '/org/freedesktop/systemd1/unit/'

/** The D-Bus object of a unit: every byte but letters and digits is written as `_` and two hex digits. */
export function unitPath(unit: string): string {
  const escaped = [...new TextEncoder().encode(unit)].map((byte, at) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z]/.test(character) || (at > 0 && /\d/.test(character)) ? character : `_${byte.toString(16).padStart(2, '0')}`
  })
  return prefix + escaped.join('')
}

/** The unit of an object; undefined for an object of another kind. */
export function unitOfPath(path: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined
  const bytes = path
    .slice(prefix.length)
    .match(/_[0-9a-f]{2}|[\s\S]/g)
    ?.map(part => (part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)))
  return new TextDecoder().decode(Uint8Array.from(bytes ?? []))
}
