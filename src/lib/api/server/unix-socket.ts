import {chown, lstat, mkdir, readFile, unlink} from 'node:fs/promises'
import {connect} from 'node:net'
import {dirname} from 'node:path'
import {ConflictError, messageOf, UnreachableError, UsageError} from '../../base/errors.ts'

/**
 * Makes a path ready to be listened at: makes its directory (0755), and removes the socket that a dead process left.
 * Throws ConflictError when somebody answers there, UsageError when something else than a socket stands there.
 */
export async function clearSocketPath(path: string): Promise<void> {
  await mkdir(dirname(path), {recursive: true, mode: 0o755})
  const found = await lstat(path).catch(ignoreMissing)
  if (found === undefined) return
  if (!found.isSocket()) throw new UsageError(`${path} is there and no socket`, {hint: 'name another path with api-socket'})
  const answered = await whoAnswers(path)
  if (answered === 'somebody')
    throw new ConflictError(`another process listens at ${path}`, {hint: 'stop it, or name another path with api-socket'})
  if (answered !== 'nobody') throw new UnreachableError(`cannot tell who listens at ${path}: ${answered}`)
  await unlink(path).catch(ignoreMissing)
}

/** Calls what binds a socket, at once: its owner and its group may use it, and nobody else at any time. */
export function withSocketMode(bind: () => void): void {
  const before = process.umask(0o117)
  try {
    bind()
  } finally {
    process.umask(before)
  }
}

/** Gives a socket to a group. Throws UsageError when there is none of that name, and what the system says. */
export async function giveToGroup(path: string, group: string): Promise<void> {
  const id = await groupId(group)
  if (id === undefined) throw new UsageError(`there is no group ${group}`, {hint: `make it: groupadd --system ${group}`})
  await chown(path, process.getuid?.() ?? 0, id)
}

/** Whether a group is known here: group(5). */
export async function hasGroup(name: string): Promise<boolean> {
  return (await groupId(name)) !== undefined
}

async function groupId(group: string): Promise<number | undefined> {
  if (/^\d+$/.test(group)) return Number(group)
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n')
  const id = lines.map(line => line.split(':')).find(([name]) => name === group)?.[2]
  return id === undefined || !/^\d+$/.test(id) ? undefined : Number(id)
}

/** `nobody` listens, `somebody` does, or why that cannot be told. */
function whoAnswers(path: string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(path)
    const finish = (answer: string) => {
      clearTimeout(late)
      socket.destroy()
      resolve(answer)
    }
    const late = setTimeout(() => finish('somebody'), 1000)
    socket.once('connect', () => finish('somebody'))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'nobody' : messageOf(error)),
    )
  })
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
