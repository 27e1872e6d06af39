import {createHmac, timingSafeEqual} from 'node:crypto'
import {keyType} from './key-blob.ts'
import {matchesPatterns} from './patterns.ts'

/** A line of a known_hosts file that says something (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHostLine {
  readonly marker: 'revoked' | 'cert-authority' | undefined
  /** Patterns, or one hashed name. */
  readonly hosts: string
  readonly type: string
  readonly key: Buffer
  readonly file: string
  /** Counted from 1. */
  readonly line: number
}

/** Under which names a host may stand there. */
export interface KnownNames {
  /** The name that a key is kept under; `[host]:port` where the port is another than 22. */
  readonly primary: string
  /** A key that stands under one of these is known as well, and another one there is another than expected. */
  readonly others: readonly string[]
}

/** What the files say of a key that a host has shown. */
export type KeyVerdict =
  | {readonly kind: 'known'; readonly at: KnownHostLine}
  /** `others`: lines of the host with keys of other types. */
  | {readonly kind: 'unknown'; readonly others: readonly KnownHostLine[]}
  /** `at`: the line with another key of the same type. */
  | {readonly kind: 'changed'; readonly at: KnownHostLine}
  | {readonly kind: 'revoked'; readonly at: KnownHostLine}

/** The name that a key is kept under. */
export function knownName(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === 22 ? name : `[${name}]:${port}`
}

/** The lines of a file; comments and what cannot be read say nothing, as in OpenSSH. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostLine[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/)
    const marked = words[0]?.startsWith('@') ? words.shift()?.slice(1) : undefined
    const [hosts, type, encoded] = words
    if (hosts === undefined || hosts === '' || hosts.startsWith('#') || type === undefined || encoded === undefined) return []
    if (marked !== undefined && marked !== 'revoked' && marked !== 'cert-authority') return []
    const key = Buffer.from(encoded, 'base64')
    return keyType(key) === type ? [{marker: marked, hosts, type, key, file, line: index + 1}] : []
  })
}

/** Whether a line speaks of this name: patterns with `*`, `?` and `!`, or `|1|salt|hash`. */
export function speaksOf({hosts}: Pick<KnownHostLine, 'hosts'>, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatterns(hosts.toLowerCase().split(','), name)
  const [, method, salt, hash] = hosts.split('|')
  if (method !== '1' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64')
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === found.length && timingSafeEqual(expected, found)
}

/** Judges the key that a host has shown. Lines of certificate authorities never match: certificates are not understood. */
export function judgeKey(lines: readonly KnownHostLine[], names: KnownNames, key: Buffer): KeyVerdict {
  const about = [names.primary, ...names.others]
  const revoked = lines.find(
    line => line.marker === 'revoked' && line.key.equals(key) && about.some(name => speaksOf(line, name)),
  )
  if (revoked !== undefined) return {kind: 'revoked', at: revoked}
  const same = plain(lines).find(line => line.key.equals(key) && about.some(name => speaksOf(line, name)))
  if (same !== undefined) return {kind: 'known', at: same}
  // Behind another port stands another sshd, with a key of its own.
  const ofThisPort = about.filter(name => name.startsWith('[') === names.primary.startsWith('['))
  const known = ofThisPort.flatMap(name => plain(lines).filter(line => speaksOf(line, name)))
  const other = known.find(line => line.type === keyType(key))
  return other === undefined ? {kind: 'unknown', others: known} : {kind: 'changed', at: other}
}

/** The types of key that the host is known by, those under its primary name first: the ones to ask it for. */
export function knownKeyTypes(lines: readonly KnownHostLine[], names: KnownNames): readonly string[] {
  const of = (name: string) => plain(lines).filter(line => speaksOf(line, name))
  return [...new Set([names.primary, ...names.others].flatMap(of).map(({type}) => type))]
}

function plain(lines: readonly KnownHostLine[]): readonly KnownHostLine[] {
  return lines.filter(({marker}) => marker === undefined)
}
