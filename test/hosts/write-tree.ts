import {chmod, mkdir, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {HostFile} from './host-files.ts'

/** Directories that only their owner may enter; a directory of an overlay hides the mode of the one below it. */
const closed = ['root', 'root/.ssh']

/** Writes files and links below a directory, whatever the umask. */
export async function writeTree(directory: string, files: readonly HostFile[]): Promise<void> {
  await makeDirectory(directory, '.')
  for (const file of files) {
    await makeDirectory(directory, dirname(file.path))
    const path = join(directory, file.path)
    if ('link' in file) {
      await symlink(file.link, path)
    } else {
      await writeFile(path, file.text)
      await chmod(path, file.mode ?? 0o644)
    }
  }
}

async function makeDirectory(root: string, path: string): Promise<void> {
  if (path !== '.') await makeDirectory(root, dirname(path))
  await mkdir(join(root, path), {recursive: true})
  await chmod(join(root, path), closed.includes(path) ? 0o700 : 0o755)
}
