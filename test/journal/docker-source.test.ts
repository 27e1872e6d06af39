import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {type ExecRequest, execIn} from '../../src/lib/drivers/docker/exec.ts'
import {textAt} from '../../src/lib/drivers/docker/json.ts'
import {ownerLabels} from '../../src/lib/drivers/docker/labels.ts'
import {dockerOn} from '../../src/lib/drivers/docker/on-host.ts'
import {localHost} from '../../src/lib/hosts/local-host.ts'
import {DockerSource} from '../../src/lib/journal/docker-source.ts'
import type {JournalLine} from '../../src/lib/journal/line.ts'
import {busyboxImage} from '../fakes/busybox-image.ts'
import {type DockerRoom, openDockerRoom} from '../fakes/docker-room.ts'
import {until} from '../fakes/until.ts'

/* The lines of containers and programs in them, by connections through a host. */

let room: DockerRoom
let docker: DockerClient

beforeAll(async () => {
  room = await openDockerRoom()
  docker = dockerOn(localHost(), room.client.host)
})
afterAll(async () => {
  docker?.close()
  await room?.close()
})

const never = new AbortController().signal

interface Made {
  readonly script: string
  readonly terminal?: boolean
  readonly log?: string
}

/** A container of a unit, as the driver makes them, and started. */
async function run(unit: string, {script, terminal = false, log}: Made): Promise<string> {
  const owner = {cluster: room.cluster, machine: 'm', unit}
  const body = {
    Image: busyboxImage,
    Cmd: ['sh', '-c', script],
    Tty: terminal,
    Labels: ownerLabels(owner, {runHash: 'r', generation: 1}),
    HostConfig: {NetworkMode: 'host', Init: true, ...(log === undefined ? {} : {LogConfig: {Type: log}})},
  }
  const id = textAt(await room.client.json('POST', '/containers/create', {body}), 'Id') ?? ''
  await start(id)
  return id
}

const start = (id: string) => room.client.json('POST', `/containers/${id}/start`)
const stop = (id: string) => room.client.json('POST', `/containers/${id}/stop`, {query: {t: '0'}})
const ended = (id: string) => room.client.json('POST', `/containers/${id}/wait`)
const remove = (id: string) => room.client.json('DELETE', `/containers/${id}`, {query: {force: '1'}})
const sourceOf = (unit: string) => new DockerSource(docker, {cluster: room.cluster, machine: 'm', unit})
const textsOf = (lines: readonly JournalLine[]) => lines.map(({stream, text}) => `${stream} ${text}`)

describe('the past', () => {
  test('is of all containers of a unit, oldest first', async () => {
    const first = await run('past.service', {script: 'echo one; echo two >&2'})
    await ended(first)
    const second = await run('past.service', {script: 'echo three', terminal: true})
    await ended(second)
    const lines = await sourceOf('past.service').past({lines: 10}, never)
    expect(lines.map(({container}) => container)).toEqual([first, first, second])
    expect(textsOf(lines).toSorted()).toEqual(['stderr two', 'stdout one', 'stdout three'])
    expect(textsOf(await sourceOf('past.service').past({lines: 1}, never))).toEqual(['stdout three'])
    expect(await sourceOf('past.service').past({lines: 2}, never)).toHaveLength(2)
    const [{nanoseconds} = {nanoseconds: 0n}] = lines.slice(-1)
    const later = Number(nanoseconds / 1_000_000n) + 1
    expect(await sourceOf('past.service').past({lines: 9, since: later}, never)).toEqual([])
    expect(await sourceOf('past.service').past({lines: 9, until: later}, never)).toHaveLength(3)
  })

  test('is empty where there is no container', async () => {
    expect(await sourceOf('none.service').past({lines: 10}, never)).toEqual([])
  })

  test('of a log driver that keeps nothing is told', async () => {
    await run('mute.service', {script: 'echo lost', log: 'none'})
    await expect(sourceOf('mute.service').past({lines: 10}, never)).rejects.toThrow(/log driver of container .* keeps nothing/)
  })

  test('has a line of many pieces whole', async () => {
    for (const terminal of [false, true]) {
      const unit = `long-${terminal}.service`
      await ended(await run(unit, {script: 'head -c 50000 /dev/zero | tr "\\0" x; echo; echo end', terminal}))
      const lines = await sourceOf(unit).past({lines: Number.POSITIVE_INFINITY}, never)
      expect(lines.map(({text}) => text)).toEqual(['x'.repeat(50_000), 'end'])
    }
  })
})

describe('what comes', () => {
  const counting = (name: string) => `n=0; while :; do n=$((n+1)); echo "${name} $n"; sleep 0.01; done`

  test('goes on over containers that end, are started again and are replaced', async () => {
    const over = new AbortController()
    const got: string[] = []
    const first = await run('next.service', {script: counting('first')})
    const reading = (async () => {
      for await (const lines of sourceOf('next.service').follow(undefined, over.signal)) got.push(...lines.map(({text}) => text))
    })()
    reading.catch(() => {})
    try {
      const seen = (text: string, times = 1) => until(`${text} is seen`, () => got.filter(each => each === text).length >= times)
      await seen('first 20')
      await stop(first)
      const short = await run('next.service', {script: 'echo short'})
      await seen('short')
      await ended(short)
      await start(first)
      await seen('first 20', 2)
      await remove(first)
      await run('next.service', {script: counting('last')})
      await seen('last 20')
    } finally {
      over.abort(new Error('enough'))
    }
    await expect(reading).rejects.toThrow('enough')
    const runs = new Map<string, string[]>()
    for (const text of got) {
      const [name = ''] = text.split(' ')
      runs.set(name, [...(runs.get(name) ?? []), text])
    }
    const counted = (from: number, to: number, name: string) =>
      Array.from({length: to - from + 1}, (_, at) => `${name} ${from + at}`)
    const firsts = runs.get('first') ?? []
    const again = firsts.lastIndexOf('first 1')
    expect(firsts.slice(0, again)).toEqual(counted(1, again, 'first'))
    expect(firsts.slice(again)).toEqual(counted(1, firsts.length - again, 'first'))
    expect(runs.get('short')).toEqual(['short'])
    expect(runs.get('last')).toEqual(counted(1, runs.get('last')?.length ?? 0, 'last'))
  })
})

describe('a program in a container', () => {
  let id: string
  beforeAll(async () => {
    id = await run('exec.service', {script: 'sleep 1000'})
  })

  const plain = {input: true, environment: []}
  const sizedTo = (size: string) => `until [ "$(stty size 2>/dev/null)" = "${size}" ]; do sleep 0.02; done; tty`

  async function outcome(command: readonly string[], more: Partial<ExecRequest> = {}, input = '') {
    const request = {...plain, command, ...more}
    const program = await execIn(docker, id, request, never)
    // The end of a terminal's input would end the program, too.
    if (request.terminal === undefined) program.stdin.end(input)
    const [stdout, stderr, {code}] = await Promise.all([all(program.stdout), all(program.stderr), program.ended])
    return {code, stdout, stderr}
  }

  async function all(stream: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  test('has an input, two outputs and an exit code', async () => {
    expect(await outcome(['sh', '-c', 'cat; echo err >&2; exit 7'], {}, 'hello')).toEqual({
      code: 7,
      stdout: 'hello',
      stderr: 'err\n',
    })
  })

  test('may have a terminal of a size', async () => {
    const {stdout} = await outcome(['sh', '-c', sizedTo('17 91')], {terminal: {columns: 91, rows: 17}})
    expect(stdout).toMatch(/^\/dev\/pts\/\d+\r\n$/)
  })

  test('is told when the terminal changes', async () => {
    const request = {...plain, command: ['sh', '-c', sizedTo('33 101')], terminal: {columns: 80, rows: 24}}
    const program = await execIn(docker, id, request, never)
    for (const stream of [program.stdout, program.stderr]) stream.resume()
    program.resize({columns: 101, rows: 33})
    expect(await program.ended).toEqual({code: 0})
  })

  test('has the user, the directory and the variables that are asked for', async () => {
    const more = {user: '65534', workdir: '/tmp', environment: ['A=b c']}
    expect((await outcome(['sh', '-c', 'id -u; pwd; echo $A'], more)).stdout).toBe('65534\n/tmp\nb c\n')
  })

  test.each([
    ['that is not there', ['nosuch'], /not found/],
    ['that is none', ['/etc'], /denied|directory/],
  ])('%s ends with 126 or 127', async (_, command, said) => {
    const {code, stdout, stderr} = await outcome(command)
    expect([126, 127]).toContain(code)
    expect(stdout + stderr).toMatch(said)
  })

  test('passes on much in both directions', async () => {
    const text = 'x'.repeat(3_000_000)
    const {stdout} = await outcome(['cat'], {}, text)
    expect(stdout.length).toBe(text.length)
  })

  test('is let go of when that is wanted', async () => {
    const over = new AbortController()
    const program = await execIn(docker, id, {...plain, command: ['sleep', '1000']}, over.signal)
    over.abort(new Error('enough'))
    await expect(program.ended).rejects.toThrow('enough')
  })

  test('of a container that has ended is refused', async () => {
    const gone = await run('ended.service', {script: 'true'})
    await ended(gone)
    await expect(execIn(docker, gone, {...plain, command: ['true']}, never)).rejects.toThrow(/is not running/)
  })
})
