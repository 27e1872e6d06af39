import {readFile, stat} from 'node:fs/promises'
import ssh2, {type OpenSSHAgent, type ParsedKey} from 'ssh2'
import {messageOf} from '../../base/errors.ts'

/** A secret key in a file. */
export interface KeyFile {
  readonly path: string
  readonly text: Buffer
  /** Its public half, where that can be known without a passphrase. */
  readonly publicKey: Buffer | undefined
  readonly encrypted: boolean
}

/** What one may log in with. */
export interface Identities {
  readonly files: readonly KeyFile[]
  /** Of files that cannot be used, why. */
  readonly faults: readonly string[]
  /** What the agent holds and may be tried; those that are files here first. */
  readonly agentKeys: readonly ParsedKey[]
  readonly agent: OpenSSHAgent | undefined
}

/** Reads key files and asks the agent what it holds. Files that are missing are a fault only where they were chosen. */
export async function readIdentities(settings: {
  readonly identityFiles: readonly string[]
  readonly identitiesChosen: boolean
  readonly identitiesOnly: boolean
  readonly agentSocket: string | undefined
}): Promise<Identities> {
  const faults: string[] = []
  const read = await Promise.all(settings.identityFiles.map(path => readKey(path, settings.identitiesChosen, faults)))
  const agent = settings.agentSocket === undefined ? undefined : new ssh2.OpenSSHAgent(settings.agentSocket)
  const held = agent === undefined ? [] : await keysOf(agent, faults)
  const isChosen = (key: ParsedKey) => read.some(file => file?.publicKey?.equals(key.getPublicSSH()))
  const chosen = held.filter(isChosen)
  const others = settings.identitiesOnly ? [] : held.filter(key => !isChosen(key))
  return {
    files: read.flatMap(file => (file?.text === undefined ? [] : [{...file, text: file.text}])),
    faults,
    agentKeys: [...chosen, ...others],
    agent,
  }
}

/** What can be known of a key file; `text` is missing where only the public half is there, for a key that the agent holds. */
type ReadKey = Omit<KeyFile, 'text'> & {readonly text: Buffer | undefined}

async function readKey(path: string, chosen: boolean, faults: string[]): Promise<ReadKey | undefined> {
  const publicHalf = await readPublic(path)
  let text: Buffer
  try {
    text = await readFile(path)
    // As ssh(1): a secret that others can read is none.
    const {mode, uid} = await stat(path)
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      faults.push(`${path} (not used: others may read it, mode 0${(mode & 0o777).toString(8)}; chmod 600)`)
      return undefined
    }
  } catch (error) {
    if (publicHalf !== undefined) return {path, text: undefined, publicKey: publicHalf, encrypted: false}
    if (chosen) faults.push(`${path} (${isMissing(error) ? 'there is no such file' : messageOf(error)})`)
    return undefined
  }
  const key = firstKey(ssh2.utils.parseKey(text))
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return {path, text, publicKey: key.getPublicSSH(), encrypted: false}
    return {path, text: undefined, publicKey: key.getPublicSSH(), encrypted: false}
  }
  if (/encrypted/i.test(key.message)) return {path, text, publicKey: publicHalf, encrypted: true}
  faults.push(`${path} (${key.message})`)
  return publicHalf === undefined ? undefined : {path, text: undefined, publicKey: publicHalf, encrypted: false}
}

/** The public half beside a secret key, as ssh-keygen leaves it. */
async function readPublic(path: string): Promise<Buffer | undefined> {
  const text = await readFile(`${path}.pub`).catch(() => undefined)
  const key = text === undefined ? undefined : firstKey(ssh2.utils.parseKey(text))
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH()
}

/** A file may hold several keys; OpenSSH's own hold one. */
export function firstKey(parsed: ParsedKey | ParsedKey[] | Error): ParsedKey | Error {
  if (!Array.isArray(parsed)) return parsed
  return parsed[0] ?? new Error('there is no key in it')
}

function keysOf(agent: OpenSSHAgent, faults: string[]): Promise<readonly ParsedKey[]> {
  return new Promise(resolve => {
    agent.getIdentities((error, keys) => {
      if (error) faults.push(`the ssh agent (${error.message})`)
      resolve((keys ?? []).flatMap(toKey))
    })
  })
}

function toKey(key: unknown): ParsedKey[] {
  const parsed = Buffer.isBuffer(key) || typeof key === 'string' ? firstKey(ssh2.utils.parseKey(key)) : key
  return isParsed(parsed) ? [parsed] : []
}

function isParsed(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
