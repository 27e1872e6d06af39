import {readFileSync} from 'node:fs'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {execute, mustExecute} from './execute.ts'

/** Where this machine's own apt gets its release from. */
export interface Mirror {
  readonly site: string
  /** The release's code name. */
  readonly release: string
  /** As environment variables, for programs that are not apt. */
  readonly proxies: Readonly<Record<string, string>>
}

/** The code name of the Debian release that this machine runs, which is what its hosts run; empty elsewhere. */
export function debianRelease(): string {
  const text = readFileSync('/etc/os-release', 'utf8')
  return /^ID=debian$/m.test(text) ? (/^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1] ?? '') : ''
}

/** Asks apt. Throws UnreachableError when its sources do not have the release. */
export async function readMirror(signal: AbortSignal): Promise<Mirror> {
  const release = debianRelease()
  const format = ['--format', '$(RELEASE) $(COMPONENT) $(SITE)', 'Created-By: Packages']
  const sources = (await mustExecute(['apt-get', 'indextargets', ...format], {signal})).trim().split('\n')
  const site = sources.map(line => line.split(' ')).find(words => words[0] === release && words[1] === 'main')?.[2]
  if (site === undefined) {
    throw new UnreachableError(`the sources of apt have no ${release} main`, {
      hint: 'add them to /etc/apt/sources.list.d, then apt-get update',
    })
  }
  return {site, release, proxies: await readProxies(signal)}
}

async function readProxies(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const wanted = ['http_proxy', 'Acquire::http::Proxy', 'https_proxy', 'Acquire::https::Proxy']
  const {stdout} = await execute(['apt-config', 'shell', ...wanted], {signal})
  return Object.fromEntries(Array.from(stdout.matchAll(/^(\w+)='(.+)'$/gm), ([, name = '', value = '']) => [name, value]))
}
