import {chmod, mkdtemp, rm, stat, writeFile} from 'node:fs/promises'
import {connect, createServer, type Server} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {forwardTo} from '../../src/lib/hosts/forward-to.ts'
import {localHost} from '../../src/lib/hosts/local-host.ts'
import {until} from '../fakes/until.ts'

let directory: string
let server: Server
let echo: string
let served = 0

// Answers what it was sent in upper case once that has ended.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-local-host-'))
  echo = join(directory, 'echo')
  server = createServer({allowHalfOpen: true}, socket => {
    served++
    socket.on('error', () => {})
    text(socket).then(
      sent => socket.end(sent.toUpperCase()),
      () => {},
    )
  })
  await new Promise<void>(resolve => server.listen(echo, resolve))
})
afterAll(async () => {
  server.close()
  await rm(directory, {recursive: true, force: true})
})

describe('this host', () => {
  const host = localHost()
  const outcome = async (program: Awaited<ReturnType<typeof host.run>>) => {
    program.stdin.end()
    const [stdout, stderr, end] = await Promise.all([text(program.stdout), text(program.stderr), program.ended])
    return {stdout, stderr, end}
  }

  test('runs words as they are, and passes streams and the exit code', async () => {
    const words = ['sh', '-c', 'echo "$1"; echo err >&2; exit 7', 'sh', "a 'b' $c"]
    expect(await outcome(await host.run(words))).toEqual({stdout: "a 'b' $c\n", stderr: 'err\n', end: {code: 7}})
  })

  test('lets a shell read a command', async () => {
    expect(await outcome(await host.shell('echo $((1 + 2)) | cat'))).toMatchObject({stdout: '3\n', end: {code: 0}})
  })

  test('tells a signal as a shell does', async () => {
    expect((await outcome(await host.run(['sh', '-c', 'kill -TERM $$']))).end).toEqual({code: 143, signal: 'TERM'})
    const sleeping = await host.run(['sleep', '1000'])
    sleeping.kill('KILL')
    expect((await outcome(sleeping)).end).toEqual({code: 137, signal: 'KILL'})
  })

  test('ends what runs when the signal aborts', async () => {
    const controller = new AbortController()
    const sleeping = await host.run(['sleep', '1000'], {signal: controller.signal})
    controller.abort(new Error('enough'))
    await expect(sleeping.ended).rejects.toThrow('enough')
  })

  test.each([
    ['a program that is not there', () => host.run(['/nope/program']), '/nope/program cannot be started'],
    [
      'a socket that is not there',
      () => host.openSocket('/nope/socket'),
      'no connection to /nope/socket: there is no such socket',
    ],
    ['a port where nothing listens', () => host.openTcp('127.0.0.1', 1), 'no connection to 127.0.0.1:1: nothing listens there'],
  ])('refuses %s', async (_, act, message) => {
    await expect(act()).rejects.toThrow(UnreachableError)
    await expect(act()).rejects.toThrow(message)
  })

  test('opens sockets, and passes the end of what is sent', async () => {
    const socket = await host.openSocket(echo)
    socket.end('hello')
    expect(await text(socket)).toBe('HELLO')
  })
})

describe('a forwarding', () => {
  const ask = async (path: string, sent: string) => {
    const socket = connect({path, allowHalfOpen: true})
    socket.end(sent)
    return text(socket)
  }

  test('passes on each connection, in both directions, whatever its size', async () => {
    const forward = await forwardTo(localHost(), {socket: echo})
    try {
      const large = 'x'.repeat(3_000_000)
      expect(await Promise.all([ask(forward.path, 'a'), ask(forward.path, large)])).toEqual(['A', large.toUpperCase()])
      expect((await stat(join(forward.path, '..'))).mode & 0o777).toBe(0o700)
    } finally {
      await forward.close()
    }
    await expect(stat(forward.path)).rejects.toThrow('ENOENT')
  })

  test('a client that breaks off troubles nobody else', async () => {
    const forward = await forwardTo(localHost(), {socket: echo})
    try {
      const before = served
      const broken = connect(forward.path)
      broken.write('x'.repeat(1_000_000))
      await until('it is passed on', () => served > before)
      broken.destroy()
      expect(await ask(forward.path, 'b')).toBe('B')
    } finally {
      await forward.close()
    }
  })

  test('what the host refuses ends the client, and says why', async () => {
    const forward = await forwardTo(localHost(), {socket: join(directory, 'nope')})
    try {
      expect(await ask(forward.path, 'a').catch(() => '')).toBe('')
      await until('the fault is known', () => forward.fault() !== undefined)
      expect(String(forward.fault())).toContain('there is no such socket')
    } finally {
      await forward.close()
    }
  })

  test('closing ends what is open', async () => {
    const forward = await forwardTo(localHost(), {socket: echo})
    const socket = connect(forward.path)
    const closed = new Promise(resolve => socket.on('error', () => {}).once('close', resolve))
    socket.write('never ended')
    await until('it is connected', () => !socket.connecting)
    await forward.close()
    await closed
  })
})

test('a file is no socket', async () => {
  const file = join(directory, 'file')
  await writeFile(file, '')
  await chmod(file, 0o600)
  await expect(localHost().openSocket(file)).rejects.toThrow(UnreachableError)
})
