import {existsSync} from 'node:fs'
import {mkdir, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {mustExecute} from './execute.ts'
import {debianRelease, readMirror} from './mirror.ts'
import {imagesDirectory, root} from './places.ts'
import {imageName, recipe} from './recipe.ts'

/** Most time for the build, about five times of what it takes. */
const buildMilliseconds = 10 * 60_000

/** The directory of the hosts' file system, whether it has been made or not. */
export function imageDirectory(): string {
  return join(imagesDirectory, imageName(recipe, debianRelease(), process.arch))
}

export function imageIsBuilt(): boolean {
  return existsSync(imageDirectory())
}

/** Builds the image unless it is there. Two at once do it once: the second waits for the first. Throws when it fails. */
export async function ensureImage(say: (line: string) => void, signal: AbortSignal): Promise<string> {
  if (imageIsBuilt()) return imageDirectory()
  await mkdir(imagesDirectory, {recursive: true})
  const building = [process.execPath, join(root, 'test/hosts/main.ts'), 'build', '--locked']
  let rest = ''
  const onOutput = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) say(line)
  }
  const lock = join(imagesDirectory, 'lock')
  await mustExecute(['flock', lock, ...building], {signal, onOutput, timeoutMilliseconds: buildMilliseconds})
  return imageDirectory()
}

/**
 * Builds the image; whoever calls this has the lock. It appears whole or not at all. The images of other recipes that no bed
 * uses are removed.
 */
export async function buildImage(used: readonly string[], say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (imageIsBuilt()) return
  const began = performance.now()
  const unfinished = `${imageDirectory()}.unfinished`
  say('building the image of the hosts: about two minutes, once')
  await rm(unfinished, {recursive: true, force: true})
  await mkdir(unfinished, {recursive: true})
  try {
    await bootstrap(unfinished, say, signal)
    await trim(unfinished)
    await rename(unfinished, imageDirectory())
  } catch (error) {
    await rm(unfinished, {recursive: true, force: true})
    throw error
  }
  await removeOthers(used)
  say(`the image is built: ${Math.round((performance.now() - began) / 1000)} s`)
}

/** In namespaces of its own: what debootstrap mounts and starts goes when it ends, however it ends. */
async function bootstrap(directory: string, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const {site, release, proxies} = await readMirror(signal)
  const settings = Object.entries(proxies).map(([name, value]) => `${name}=${value}`)
  const apart = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child=KILL',
    'env',
    ...settings,
  ]
  const words = ['debootstrap', `--variant=${recipe.variant}`, `--include=${recipe.packages.join(',')}`, release, directory, site]
  const onOutput = reportPhases(say)
  await mustExecute([...apart, ...words], {signal, onOutput, timeoutMilliseconds: buildMilliseconds})
}

/** The first line that debootstrap prints in each of its phases. */
function reportPhases(say: (line: string) => void): (text: string) => void {
  const phases: Readonly<Record<string, string>> = {
    Retrieving: 'fetching packages',
    Extracting: 'unpacking the base',
    Unpacking: 'unpacking',
    Configuring: 'configuring',
  }
  let last: string | undefined
  return text => {
    for (const [, word = ''] of text.matchAll(/^I: (\w+)/gm)) {
      const phase = phases[word]
      if (phase !== undefined && phase !== last) say(phase)
      last = phase ?? last
    }
  }
}

async function trim(directory: string): Promise<void> {
  for (const each of recipe.emptied) {
    await rm(join(directory, each), {recursive: true, force: true})
    await mkdir(join(directory, each))
  }
  for (const [from, to] of Object.entries(recipe.moved)) {
    await mkdir(join(directory, to, '..'), {recursive: true})
    await rename(join(directory, from), join(directory, to))
  }
  const own = (await readdir(join(directory, 'etc/ssh'))).filter(name => name.startsWith('ssh_host_'))
  for (const name of [...own.map(each => `etc/ssh/${each}`), 'etc/resolv.conf']) await rm(join(directory, name))
}

async function removeOthers(used: readonly string[]): Promise<void> {
  const keep = [imageDirectory(), join(imagesDirectory, 'lock'), ...used]
  for (const name of await readdir(imagesDirectory)) {
    const path = join(imagesDirectory, name)
    if (!keep.includes(path)) await rm(path, {recursive: true, force: true})
  }
}
