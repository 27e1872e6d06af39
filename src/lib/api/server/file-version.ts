import {statSync} from 'node:fs'

/** A text that changes whenever one of the files is written, replaced, given other rights, made or removed. */
export function fileVersion(paths: readonly string[]): string {
  return paths
    .map(path => {
      const stats = statSync(path, {throwIfNoEntry: false, bigint: true})
      return stats === undefined ? '-' : `${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.size}`
    })
    .join(',')
}
