import {createHash, timingSafeEqual} from 'node:crypto'
import {UsageError} from '../../base/errors.ts'
import {type Role, roles} from '../http.ts'

/** A token as the server knows it: not the secret, but its hash. */
export interface Token {
  readonly name: string
  readonly role: Role
  /** SHA-256 of the secret. */
  readonly hash: Buffer
}

/**
 * The tokens of a file of lines `name:role:sha256-hex`; empty lines and lines that begin with # count for nothing. Throws
 * UsageError that names the line, and never what stands in it.
 */
export function parseTokens(source: string, text: string): readonly Token[] {
  return text.split('\n').flatMap((line, at) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const token = parseToken(trimmed)
    if (token === undefined)
      throw new UsageError(`${source}:${at + 1}: no token`, {hint: 'a line is name:role:sha256-hex; `ctl token NAME` makes one'})
    return [token]
  })
}

/** The line of a token's file. */
export function tokenLine({name, role, hash}: Token): string {
  return `${name}:${role}:${hash.toString('hex')}\n`
}

/** Whether a text can be a token's name. */
export function isTokenName(text: string): boolean {
  return /^[A-Za-z0-9_.@-]{1,64}$/.test(text)
}

/** A secret is 256 random bits: nobody guesses it from a hash, so that one fast hash without salt is enough. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** The token of a secret. Looks at all of them, each in constant time, so that the time taken tells nothing. */
export function tokenOf(tokens: readonly Token[], secret: string): Token | undefined {
  const hash = hashSecret(secret)
  let found: Token | undefined
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token
  return found
}

function parseToken(line: string): Token | undefined {
  const [name = '', roleName = '', hex = '', ...rest] = line.split(':')
  const role = roles.find(each => each === roleName)
  if (role === undefined || rest.length > 0 || !isTokenName(name) || !/^[0-9a-fA-F]{64}$/.test(hex)) return undefined
  return {name, role, hash: Buffer.from(hex, 'hex')}
}
