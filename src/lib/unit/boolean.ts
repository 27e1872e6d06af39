/** What systemd takes for yes and no (systemd.syntax(7)), any case; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (['1', 'yes', 'y', 'true', 't', 'on'].includes(word)) return true
  return ['0', 'no', 'n', 'false', 'f', 'off'].includes(word) ? false : undefined
}
