const powers = ['', 'k', 'm', 'g', 't', 'p', 'e']

/**
 * The bytes of a size as systemd and Docker write it, by powers of 1024: `512M`, `1.5G`, `64k`, `512mb`, `1GiB`, `4096`,
 * `1G 512M` (larger units first). Undefined when it is not one. (systemd.resource-control(5), docker-run(1))
 */
export function parseByteSize(text: string): number | undefined {
  const part = /\s*(\d+(?:\.\d+)?)\s*(?:([kmgtpe])(?:i?b)?|b)?\s*/iy
  const end = text.trimEnd().length
  let bytes = 0
  let power = powers.length
  do {
    const match = part.exec(text)
    const next = match ? powers.indexOf((match[2] ?? '').toLowerCase()) : power
    if (!match || next >= power) return undefined
    bytes += Math.round(Number(match[1]) * 1024 ** next)
    power = next
  } while (part.lastIndex < end)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes for the eye, by powers of 1024: `512M`, `1.5G`, `100B`; what `parseByteSize` reads. */
export function formatByteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), powers.length - 1)
  return `${Math.round((bytes / 1024 ** power) * 10) / 10}${(powers[power] ?? '').toUpperCase()}`
}
