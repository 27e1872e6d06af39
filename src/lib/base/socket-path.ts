/** Most bytes of a unix socket's path: unix(7), less the zero at its end. */
export const socketPathBytes = 107

/** Whether a path is short enough for a unix socket. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= socketPathBytes
}
