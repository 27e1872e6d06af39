/** A file, or a symbolic link to `link`. */
export type TarEntry =
  | {readonly path: string; readonly content: Uint8Array; readonly mode?: number}
  | {readonly path: string; readonly link: string}

/** A tar archive in the ustar format (POSIX.1-1988): for each entry a header of 512 bytes and its content, padded to 512. */
export function tarOf(entries: readonly TarEntry[]): Uint8Array {
  return Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(2 * blockSize)])
}

const blockSize = 512

function blocks(entry: TarEntry): Buffer[] {
  if ('link' in entry) return [header(entry.path, {mode: 0o777, size: 0, type: '2', link: entry.link})]
  const padding = Buffer.alloc((blockSize - (entry.content.length % blockSize)) % blockSize)
  return [
    header(entry.path, {mode: entry.mode ?? 0o644, size: entry.content.length, type: '0', link: ''}),
    Buffer.from(entry.content),
    padding,
  ]
}

interface Kind {
  readonly mode: number
  readonly size: number
  readonly type: '0' | '2'
  readonly link: string
}

/** Fields at the places the format gives them; the checksum counts its own field as spaces. */
function header(path: string, {mode, size, type, link}: Kind): Buffer {
  const block = Buffer.alloc(blockSize)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(path, 0, 100)
  block.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(link, 157, 100)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
