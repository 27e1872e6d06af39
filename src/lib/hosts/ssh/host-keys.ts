import {appendFile, mkdir, open, readFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {UnreachableError} from '../../base/errors.ts'
import type {Ask} from './ask.ts'
import {describeKey, fingerprint, keyType} from './key-blob.ts'
import {judgeKey, type KeyVerdict, type KnownHostLine, type KnownNames, knownKeyTypes, parseKnownHosts} from './known-hosts.ts'
import type {HostKeyChecking} from './settings.ts'

export interface HostKeyRules {
  /** How the host is called in messages. */
  readonly label: string
  readonly names: KnownNames
  /** A new key is written to the first. */
  readonly userFiles: readonly string[]
  readonly globalFiles: readonly string[]
  readonly checking: HostKeyChecking
  /** Undefined where nobody can be asked. */
  readonly ask: Ask | undefined
  readonly say: (line: string) => void
}

/** The check of one host's key. */
export interface HostKeyCheck {
  /** The types of key that it is known by. */
  readonly types: readonly string[]
  /** Resolves when the key is the host's, after asking where that is needed. Throws UnreachableError when it is not. */
  accept(key: Buffer, signal: AbortSignal): Promise<void>
}

/** Reads what is known of a host; files that are not there are empty. */
export async function openHostKeyCheck(rules: HostKeyRules): Promise<HostKeyCheck> {
  const files = [...rules.userFiles, ...rules.globalFiles]
  const lines = (await Promise.all(files.map(readLines))).flat()
  return {
    types: knownKeyTypes(lines, rules.names),
    accept: async (key, signal) => {
      const verdict = judgeKey(lines, rules.names, key)
      if (verdict.kind === 'known') return
      const refusal = refuse(verdict, key, rules)
      if (verdict.kind !== 'unknown' || rules.checking === 'yes') throw refusal
      if (rules.checking === 'ask') {
        if (rules.ask === undefined) throw refusal
        if (!(await isAccepted(key, verdict.others, {...rules, ask: rules.ask, signal}))) throw refusal
      }
      await remember(key, rules)
    },
  }
}

async function readLines(file: string): Promise<readonly KnownHostLine[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
    throw new UnreachableError(`${file} cannot be read: ${error.message}`, {cause: error})
  })
  return parseKnownHosts(text, file)
}

function refuse(verdict: Exclude<KeyVerdict, {kind: 'known'}>, key: Buffer, {label, names, userFiles}: HostKeyRules): Error {
  switch (verdict.kind) {
    case 'unknown':
      return new UnreachableError(`the host key of ${label} is not known: ${describeKey(key)}`, {
        hint: `if that is its key, this makes it known: echo '${lineFor(names.primary, key)}' >> ${userFiles[0] ?? '~/.ssh/known_hosts'}`,
      })
    case 'changed':
      return new UnreachableError(
        `the host key of ${label} is not the one that is known: it shows ${describeKey(key)}, ${placeOf(verdict.at)} has ${fingerprint(verdict.at.key)}; somebody may be in between`,
        {hint: `if the host was set up anew, forget its old key: ssh-keygen -R '${names.primary}' -f ${verdict.at.file}`},
      )
    case 'revoked':
      return new UnreachableError(`the host key of ${label} is revoked: ${describeKey(key)}, by ${placeOf(verdict.at)}`, {
        hint: 'whoever has that key may not be the host; its owner has to make a new one',
      })
  }
}

interface Asking {
  readonly label: string
  readonly ask: Ask
  readonly signal: AbortSignal
}

/** In the words of ssh(1): yes, no, or the fingerprint as one knows it. */
async function isAccepted(key: Buffer, others: readonly KnownHostLine[], {label, ask, signal}: Asking): Promise<boolean> {
  const mark = fingerprint(key)
  const known = others.map(line => `It is known by a key of another type: ${describeKey(line.key)}, ${placeOf(line)}.\n`).join('')
  const about = `The host key of ${label} is not known: ${describeKey(key)}.\n${known}`
  let answer = await ask(`${about}Connect, and know it from now on (yes/no/[fingerprint])? `, {secret: false, signal})
  for (;;) {
    if (/^yes$/i.test(answer.trim()) || answer.trim() === mark) return true
    if (/^(no)?$/i.test(answer.trim())) return false
    answer = await ask("Type 'yes', 'no' or the fingerprint: ", {secret: false, signal})
  }
}

async function remember(key: Buffer, {label, names, userFiles, say}: HostKeyRules): Promise<void> {
  const [file] = userFiles
  if (file === undefined) return
  try {
    await mkdir(dirname(file), {recursive: true, mode: 0o700})
    const line = `${lineFor(names.primary, key)}\n`
    await appendFile(file, (await endsLine(file)) ? line : `\n${line}`, {mode: 0o600})
    say(`the host key of ${label} is known from now on: ${describeKey(key)}, in ${file}`)
  } catch (error) {
    say(`the host key of ${label} could not be written to ${file}: ${String(error)}`)
  }
}

async function endsLine(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return true
  try {
    const {size} = await handle.stat()
    if (size === 0) return true
    const {buffer} = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 10
  } finally {
    await handle.close()
  }
}

function lineFor(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString('base64')}`
}

function placeOf({file, line}: KnownHostLine): string {
  return `${file}:${line}`
}
