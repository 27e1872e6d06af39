import {type ChildProcess, spawn} from 'node:child_process'
import {chmod, lstat, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {jsonAnswer, type Route} from '../../../src/lib/api/http.ts'
import {hasGroup} from '../../../src/lib/api/server/unix-socket.ts'
import {until} from '../../fakes/until.ts'
import {ask, openTestServer, temporaryDirectory} from './test-server.ts'

const routes: readonly Route[] = [{method: 'GET', path: '/', role: 'admin', answer: async ({caller}) => jsonAnswer({caller})}]

async function open(path: string, group?: string) {
  return openTestServer({routes, listeners: [{kind: 'socket', path, ...(group === undefined ? {} : {group})}]})
}

/** A process that listens at a path, and leaves its socket there when it is killed. */
async function listenElsewhere(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'require("net").createServer().listen(process.argv[1])', path])
  onTestFinished(() => void child.kill('SIGKILL'))
  await until('it listens', async () => (await lstat(path).catch(() => undefined))?.isSocket())
  return child
}

const kill = (child: ChildProcess) =>
  new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

test('its directory is made, and only its owner and group may use it', async () => {
  const path = join(await temporaryDirectory(), 'run', 'deep', 'api.sock')
  await open(path)
  expect((await stat(path)).mode & 0o777).toBe(0o660)
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o755)
  expect(await ask({socketPath: path})).toMatchObject({status: 200, json: {caller: 'socket'}})
})

test('an umask that forbids nothing opens it to nobody', async () => {
  const before = process.umask(0)
  onTestFinished(() => void process.umask(before))
  const path = join(await temporaryDirectory(), 'api.sock')
  await open(path)
  expect((await stat(path)).mode & 0o777).toBe(0o660)
})

describe.runIf(process.getuid?.() === 0)('the group', () => {
  test.each(['daemon', '1'])('%s may use it', async group => {
    const path = join(await temporaryDirectory(), 'api.sock')
    await open(path, group)
    expect((await stat(path)).gid).toBe(1)
  })

  test('that is not known is told, and it listens all the same', async () => {
    const path = join(await temporaryDirectory(), 'api.sock')
    const {log} = await open(path, 'no-such-group')
    expect(log.filter(line => line.includes('there is no group no-such-group'))).toHaveLength(1)
    expect(await ask({socketPath: path})).toMatchObject({status: 200})
  })
})

test('a group is known by its name', async () => {
  const [name = ''] = (await readFile('/etc/group', 'utf8')).split(':')
  expect(await hasGroup(name)).toBe(true)
  expect(await hasGroup('no-such-group')).toBe(false)
})

test('the socket that a dead process left is replaced', async () => {
  const path = join(await temporaryDirectory(), 'api.sock')
  await kill(await listenElsewhere(path))
  expect((await lstat(path)).isSocket()).toBe(true)
  await open(path)
  expect(await ask({socketPath: path})).toMatchObject({status: 200})
})

test('a socket that somebody listens at is left alone, until they go', async () => {
  const path = join(await temporaryDirectory(), 'api.sock')
  const other = await listenElsewhere(path)
  const {log} = await open(path)
  expect(log.filter(line => line.includes('another process listens'))).toHaveLength(1)
  expect((await lstat(path)).isSocket()).toBe(true)
  await kill(other)
  await until('it listens', () => log.some(line => line.includes('the API listens')))
  expect(await ask({socketPath: path})).toMatchObject({status: 200})
  expect(log.filter(line => line.includes('cannot listen'))).toHaveLength(1)
})

test.each([
  ['a file', (path: string) => writeFile(path, 'precious')],
  ['a directory', (path: string) => mkdir(path)],
  ['a link', (path: string) => symlink('/dev/null', path)],
])('%s at its path is left alone', async (_, make) => {
  const path = join(await temporaryDirectory(), 'api.sock')
  await make(path)
  const {log} = await open(path)
  expect(log).toEqual([expect.stringContaining('is there and no socket')])
  expect((await lstat(path)).isSocket()).toBe(false)
})

test('it is gone after a close', async () => {
  const path = join(await temporaryDirectory(), 'api.sock')
  const server = await open(path)
  await server.close()
  await expect(lstat(path)).rejects.toThrow('ENOENT')
})

test('a close while it cannot listen ends the trying', async () => {
  const directory = await temporaryDirectory()
  await chmod(directory, 0o700)
  const path = join(directory, 'api.sock')
  await writeFile(path, '')
  const server = await open(path)
  await server.close()
  await expect(ask({socketPath: path})).rejects.toThrow()
})
