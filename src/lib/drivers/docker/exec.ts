import {once} from 'node:events'
import {type Duplex, PassThrough, type Readable, type Writable} from 'node:stream'
import {finished} from 'node:stream/promises'
import {setTimeout as pause} from 'node:timers/promises'
import type {DockerClient} from './client.ts'
import {unreachableDocker} from './errors.ts'
import {FrameSplitter} from './frames.ts'
import {at, numberAt, textAt} from './json.ts'

/** A program to run in a container that runs. */
export interface ExecRequest {
  readonly command: readonly string[]
  /** A terminal of this size; the two outputs are then one. */
  readonly terminal?: Size | undefined
  /** Whether it gets an input. */
  readonly input: boolean
  /** `user`, `uid:gid`; absent: the container's. */
  readonly user?: string | undefined
  /** Absent: the container's. */
  readonly workdir?: string | undefined
  /** `NAME=value` each. */
  readonly environment: readonly string[]
}

interface Size {
  readonly columns: number
  readonly rows: number
}

/** A program that runs in a container. */
export interface ContainerProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves with the exit code when it has ended and its output has been read; 126, 127 where it could not begin. */
  readonly ended: Promise<{readonly code: number}>
  resize(size: Size): void
  /** Lets go of it. Docker has no way to end it: it goes on until it notices. */
  kill(): void
}

/**
 * Starts a program in a container (Docker Engine API, Exec). Throws DockerError when the container does not run (409) or is
 * gone (404), UnreachableError.
 */
export async function execIn(
  client: DockerClient,
  container: string,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ContainerProcess> {
  const made = await client.json('POST', `/containers/${container}/exec`, {body: createBody(request), signal})
  const id = textAt(made, 'Id') ?? ''
  const {terminal} = request
  const body = {Detach: false, Tty: terminal !== undefined}
  const connection = await client.hijack(`/exec/${id}/start`, {body, signal})
  const end = () => connection.destroy()
  signal.addEventListener('abort', end, {once: true})
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  // Told by `ended`.
  for (const stream of [connection, stdout, stderr]) stream.on('error', () => {})
  const read = passOn(connection, terminal === undefined ? framed(stdout, stderr) : raw(stdout))
  const taken = [stdout, stderr].map(stream => finished(stream, {writable: false}).catch(() => {}))
  const ended = read
    .finally(() => {
      stdout.end()
      stderr.end()
    })
    .then(() => Promise.all(taken))
    .then(() => exitCode(client, id, signal))
    .catch(error => {
      signal.throwIfAborted()
      throw error instanceof Error && 'code' in error ? unreachableDocker(client.host, error) : error
    })
    .finally(() => {
      signal.removeEventListener('abort', end)
    })
  ended.catch(() => {})
  const resize = ({columns, rows}: Size) =>
    client.json('POST', `/exec/${id}/resize`, {query: {w: String(columns), h: String(rows)}, signal})
  // Docker may answer before the program has its terminal; one that has ended needs none.
  for (let left = resizeAttempts; terminal !== undefined && left > 0; left--) {
    const done = await resize(terminal).then(
      () => true,
      () => signal.aborted,
    )
    if (done) break
    await pause(pauseMilliseconds)
  }
  return {
    stdin: connection,
    stdout,
    stderr,
    ended,
    // It may have ended by now.
    resize: size => void resize(size).catch(() => {}),
    kill: end,
  }
}

function createBody({command, terminal, input, user, workdir, environment}: ExecRequest): object {
  return {
    Cmd: command,
    AttachStdin: input,
    AttachStdout: true,
    AttachStderr: true,
    Tty: terminal !== undefined,
    Env: environment,
    ...(user === undefined ? {} : {User: user}),
    ...(workdir === undefined ? {} : {WorkingDir: workdir}),
  }
}

type Take = (chunk: Uint8Array) => Promise<void>

async function passOn(connection: Duplex, take: Take): Promise<void> {
  for await (const chunk of connection) await take(chunk)
}

function raw(stdout: Writable): Take {
  return chunk => writeTo(stdout, chunk)
}

function framed(stdout: Writable, stderr: Writable): Take {
  const frames = new FrameSplitter()
  return async chunk => {
    for (const {stream, payload} of frames.push(chunk)) await writeTo(stream === 'stderr' ? stderr : stdout, payload)
  }
}

async function writeTo(stream: Writable, bytes: Uint8Array): Promise<void> {
  if (stream.write(bytes) || stream.destroyed) return
  const waiting = new AbortController()
  const {signal} = waiting
  await Promise.race([once(stream, 'drain', {signal}), once(stream, 'close', {signal})]).finally(() => waiting.abort())
}

/** Docker closes the connection a moment before it knows the exit code. */
async function exitCode(client: DockerClient, id: string, signal: AbortSignal): Promise<{readonly code: number}> {
  for (;;) {
    const state = await client.json('GET', `/exec/${id}/json`, {signal})
    const code = numberAt(state, 'ExitCode')
    if (at(state, 'Running') !== true && code !== undefined) return {code}
    await pause(pauseMilliseconds, undefined, {signal})
  }
}

const pauseMilliseconds = 20
const resizeAttempts = 5
