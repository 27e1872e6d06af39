import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

/** Calls `use` with a directory of these files (path → text; a path that ends in `/` is a directory), and removes it whatever happens. */
export async function withDirectory<T>(files: Readonly<Record<string, string>>, use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'meissa-cli-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(name.endsWith('/') ? join(path, name) : dirname(join(path, name)), {recursive: true})
      if (!name.endsWith('/')) await writeFile(join(path, name), text)
    }
    return await use(path)
  } finally {
    await rm(path, {recursive: true, force: true})
  }
}
