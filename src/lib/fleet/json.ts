/**
 * JSON as Go's encoding/json writes it and reads it, which fleet's programs do: what is empty is left out, `<`, `>` and
 * `&` are escaped, and the names of fields are found in any case.
 */

/** A value as text. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped)
}

/** An object's text, from the text of each field; those that are undefined are left out. */
export function goObject(fields: Readonly<Record<string, string | undefined>>): string {
  let text = ''
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) text += `${text === '' ? '' : ','}"${name}":${value}`
  }
  return `{${text}}`
}

/** The text of a text, or undefined for one that is empty or not there. */
export function goText(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : goJson(text)
}

/** A field of a value that was read: by its own name, else by one that differs only in case; undefined where there is none. */
export function goField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  const exact = entries.find(([key]) => key === name)
  return (exact ?? entries.findLast(([key]) => key.toLowerCase() === name.toLowerCase()))?.[1] ?? undefined
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}
