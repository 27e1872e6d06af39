import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {promisify} from 'node:util'
import {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {DockerError} from '../../src/lib/drivers/docker/errors.ts'
import {type TarEntry, tarOf} from './tar.ts'

/** The image that tests run: a static busybox with all its applets as links in /bin, and the users root and nobody. */
export const busyboxImage = 'meissa-test/busybox:1'

/** Imports `busyboxImage` into a Docker Engine, unless it is there. */
export async function importBusybox(host: string): Promise<void> {
  const client = new DockerClient(host)
  try {
    if (await present(client)) return
    const [repo = '', tag = ''] = busyboxImage.split(':')
    await client.json('POST', '/images/create', {query: {fromSrc: '-', repo, tag}, body: await busyboxFiles()})
  } finally {
    client.close()
  }
}

/** The files of the image, as a tar. */
export async function busyboxFiles(): Promise<Uint8Array> {
  const {stdout} = await promisify(execFile)('busybox', ['--list'])
  const applets = stdout.split('\n').filter(applet => applet !== '' && applet !== 'busybox')
  const {stdout: path} = await promisify(execFile)('sh', ['-c', 'command -v busybox'])
  return tarOf([
    {path: 'bin/busybox', mode: 0o755, content: await readFile(path.trim())},
    ...applets.map((applet): TarEntry => ({path: `bin/${applet}`, link: 'busybox'})),
    {path: 'etc/passwd', content: Buffer.from('root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n')},
    {path: 'etc/group', content: Buffer.from('root:x:0:\nnogroup:x:65534:\n')},
    {path: 'tmp/.keep', content: Buffer.alloc(0)},
  ])
}

async function present(client: DockerClient): Promise<boolean> {
  try {
    await client.json('GET', `/images/${busyboxImage}/json`)
    return true
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return false
    throw error
  }
}
