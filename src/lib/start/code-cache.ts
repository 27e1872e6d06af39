import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {isAbsolute, join} from 'node:path'
import {crc32} from 'node:zlib'

/** Where the compiled code of a program is kept, a file for each command. Everything here is a help only: what goes wrong is passed over. */
export interface CodeCache {
  /** The directory of this very program under this very Node. */
  readonly directory: string
}

/** The cache of a program with this source; undefined where there is no home to keep it in. */
export function codeCacheOf(source: Buffer, environment: NodeJS.ProcessEnv): CodeCache | undefined {
  const caches = environment.XDG_CACHE_HOME || (environment.HOME && join(environment.HOME, '.cache'))
  if (!caches || !isAbsolute(caches)) return undefined
  // V8 compares no more of the source than its length.
  const build = [process.version, process.arch, source.length, crc32(source)].join('-')
  return {directory: join(caches, 'meissa', 'code', build)}
}

/** What was kept for a command; undefined for nothing, for what somebody else wrote and for what is damaged. */
export function keptCode({directory}: CodeCache, command: string): Buffer | undefined {
  try {
    const file = openSync(join(directory, command), 'r')
    try {
      if (fstatSync(file).uid !== process.geteuid?.()) return undefined
      return unsealed(readFileSync(file))
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

/** Keeps a command's code, and clears away that of programs that nobody has kept anything for in a month. */
export function keepCode({directory}: CodeCache, command: string, code: Buffer): void {
  try {
    makeDirectories(directory)
    replaceFile(join(directory, command), sealed(code))
    removeOld(join(directory, '..'))
  } catch {
    // The next run compiles again.
  }
}

function replaceFile(path: string, bytes: Buffer): void {
  const unfinished = `${path}.${process.pid}`
  try {
    writeFileSync(unfinished, bytes, {mode: 0o600})
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, {force: true})
    throw error
  }
}

/** The last four parts of a path. One after the other: where none can be made, in /proc, Node tries for ever to make them all. */
function makeDirectories(directory: string): void {
  for (const up of ['../../..', '../..', '..', '.']) {
    try {
      mkdirSync(join(directory, up), {mode: 0o700})
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

function removeOld(builds: string): void {
  const old = Date.now() - 30 * 24 * 3_600_000
  for (const build of readdirSync(builds)) {
    const path = join(builds, build)
    if (statSync(path).mtimeMs < old) rmSync(path, {recursive: true, force: true})
  }
}

/** V8 takes damaged code for good: a sum stands behind it. Before it, V8 would find the code at an odd place and copy all of it. */
function sealed(code: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(code))
  return Buffer.concat([code, sum])
}

function unsealed(bytes: Buffer): Buffer | undefined {
  const end = bytes.length - sumBytes
  const code = bytes.subarray(0, Math.max(0, end))
  return end > 0 && bytes.readUInt32LE(end) === crc32(code) ? code : undefined
}

const sumBytes = 4
