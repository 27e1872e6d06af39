import {spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** What a bare server answers. */
export interface BareContents {
  /** By path. */
  readonly bodies: Readonly<Record<string, string>>
  /** What each stream is sent. */
  readonly event: string
  readonly eventsPerSecond: number
}

/** Calls `use` with the unix socket of a server that does nothing but answer these bytes; ends it whatever happens. */
export async function withBareServer<T>(
  contents: BareContents,
  signal: AbortSignal,
  use: (socketPath: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-bench-'))
  const [socketPath, file] = [join(directory, 'bare.sock'), join(directory, 'contents.json')]
  await writeFile(file, JSON.stringify(contents))
  const program = fileURLToPath(new URL('./bare-server.ts', import.meta.url))
  const child = spawn(process.execPath, [program, socketPath, file], {stdio: ['pipe', 'pipe', 'inherit']})
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve())
      child.once('error', reject).once('exit', () => reject(new Error('the bare server ended')))
      signal.addEventListener('abort', () => reject(signal.reason), {once: true})
    })
    return await use(socketPath)
  } finally {
    child.kill('SIGKILL')
    await ended
    await rm(directory, {recursive: true, force: true})
  }
}
