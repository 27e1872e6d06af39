export interface Address {
  /** An IP address without brackets, or a host's name. */
  readonly host: string
  readonly port: number
}

/** An address as `host:port`, `127.0.0.1:8080` or `[::1]:8080`; undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  const [, v6, other, digits = ''] = /^(?:\[([^\]]+)\]|([^[\]:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = v6 ?? other
  const port = Number(digits)
  if (host === undefined || port > 65_535) return undefined
  if (v6 !== undefined ? !URL.canParse(`http://[${v6}]/`) : !isIPv4(host) && !isName(host)) return undefined
  return {host, port}
}

export function formatAddress({host, port}: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether only this very host can be reached by it: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function isIPv4(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every(part => Number(part) < 256)
}

function isName(host: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(host) && /[A-Za-z]/.test(host)
}
