import {accessSync, constants, existsSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {messageOf} from '../../src/lib/base/errors.ts'
import {environment} from './execute.ts'
import {ensureImage, imageIsBuilt} from './image.ts'
import {debianRelease} from './mirror.ts'
import {root} from './places.ts'

/** Why hosts cannot be raised on this machine, as a sentence; undefined when they can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== 'linux') return 'hosts are Linux containers, and this is not Linux'
  if (process.getuid?.() !== 0) return 'only root can raise hosts'
  if (debianRelease() === '') return 'hosts are made from the packages of Debian, and this is another system'
  const missing = programs.filter(program => !isThere(program))
  if (missing.length > 0) return `missing: ${missing.join(', ')} (bin/setup installs them)`
  if (!imageIsBuilt() && !isThere('debootstrap'))
    return 'the image is not built, and debootstrap is missing (bin/setup installs it)'
  if (!existsSync(join(root, 'dist/ctl.cjs'))) return 'ctl is not built: run bin/setup'
  return undefined
}

/**
 * As `whyNoHosts`, after the image was built where there was none: a test that cannot have it is skipped, since it is the
 * packages that cannot be had, and not what is tested.
 */
export async function whyNoHostsToTest(): Promise<string | undefined> {
  const lack = whyNoHosts()
  if (lack !== undefined || imageIsBuilt()) return lack
  try {
    await ensureImage(line => process.stderr.write(`hosts: ${line}\n`), new AbortController().signal)
    return undefined
  } catch (error) {
    return `the image cannot be built: ${messageOf(error)}`
  }
}

const programs = ['runc', 'ip', 'unshare', 'nsenter', 'setpriv', 'flock', 'mountpoint', 'etcd', 'ssh', 'ssh-keygen']

function isThere(program: string): boolean {
  return (environment.PATH ?? '').split(delimiter).some(place => {
    try {
      accessSync(join(place, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
