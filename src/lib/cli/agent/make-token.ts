import {randomBytes} from 'node:crypto'
import {open} from 'node:fs/promises'
import {type Role, roles} from '../../api/http.ts'
import {hashSecret, isTokenName, tokenLine} from '../../api/server/tokens.ts'
import {messageOf, UsageError} from '../../base/errors.ts'

/** What a token's role may be. */
export const tokenRoles: readonly Role[] = roles

export interface MadeToken {
  /** To be shown once: nothing keeps it. */
  readonly secret: string
  /** What the server has to know: `name:role:sha256-hex`, ended. */
  readonly line: string
}

/** A new token of 256 random bits. Throws UsageError for a name that cannot be. */
export function makeToken(name: string, role: Role): MadeToken {
  if (!isTokenName(name))
    throw new UsageError(`${JSON.stringify(name)} cannot name a token`, {hint: 'write 1 to 64 letters, digits and _ . - @'})
  const secret = `ctl_${randomBytes(32).toString('base64url')}`
  return {secret, line: tokenLine({name, role, hash: hashSecret(secret)})}
}

/** Adds a line to a file of tokens, which is made for its owner alone should it not be there. Throws UsageError when it cannot. */
export async function appendToken(path: string, line: string): Promise<void> {
  try {
    const file = await open(path, 'a+', 0o600)
    try {
      const text = await file.readFile('utf8')
      await file.appendFile(text === '' || text.endsWith('\n') ? line : `\n${line}`)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${messageOf(error)}`, {cause: error})
  }
}
