import {createHash} from 'node:crypto'

/** The type that a public key names itself by: `ssh-ed25519` (RFC 4253, 6.6). Undefined when it is none. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined
  const length = key.readUInt32BE(0)
  return length > 0 && length < 64 && key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : undefined
}

/** `SHA256:…` without padding, as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** `ED25519 SHA256:…`: a key as OpenSSH calls it in messages. */
export function describeKey(key: Buffer): string {
  const type = keyType(key) ?? 'unknown'
  const name = type.startsWith('ecdsa-') ? 'ECDSA' : type.replace(/^ssh-/, '').toUpperCase()
  return `${name} ${fingerprint(key)}`
}
