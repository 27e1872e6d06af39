import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type Child, endChildren, startChild} from '../../src/lib/dev/child.ts'
import {until} from '../fakes/until.ts'

let directory: string
let log: string
let children: Child[]
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-child-'))
  log = join(directory, 'log')
  children = []
})
afterEach(async () => {
  await endChildren(children)
  await rm(directory, {recursive: true})
})

/** Starts a shell with this script, which ends with the test. */
async function start(script: string, name = 'a'): Promise<Child> {
  const child = await startChild(name, ['/bin/sh', '-c', script], log)
  children.push(child)
  return child
}

describe('a process', () => {
  test.each<[name: string, script: string, how: string]>([
    ['that succeeds', 'exit 0', 'exit code 0'],
    ['that fails', 'exit 3', 'exit code 3'],
    ['that is killed', 'kill -TERM $$', 'SIGTERM'],
  ])('%s says how it ended', async (_, script, how) => {
    const child = await start(script)
    expect(await child.ended).toBe(how)
    expect(child.alive()).toBe(false)
  })

  test('lives until it is killed', async () => {
    const child = await start('echo up; exec sleep 1000')
    await until('it is up', async () => (await child.lastLines(1)) === 'up')
    expect(child.alive()).toBe(true)
    expect(process.kill(child.pid, 0)).toBe(true)
    child.kill('SIGTERM')
    expect(await child.ended).toBe('SIGTERM')
  })

  test('leads a group of its own, which ^C does not reach', async () => {
    const child = await start('exec sleep 1000')
    await until('it leads its group', async () => (await groupOf(child.pid)) === child.pid)
    expect(await groupOf(process.pid)).not.toBe(child.pid)
  })

  test('writes both its outputs to its log, after what stands there', async () => {
    await writeFile(log, 'before\n')
    const child = await start('echo one; echo two >&2; echo three')
    await child.ended
    expect(await child.lastLines(2)).toBe('two\nthree')
    expect(await child.lastLines(10)).toBe('before\none\ntwo\nthree')
  })

  test('that printed nothing, or whose log is gone, has no last lines', async () => {
    const child = await start('exit 0')
    await child.ended
    expect(await child.lastLines(3)).toBe('')
    await rm(log)
    expect(await child.lastLines(3)).toBe('')
  })

  test('of a program that is not there ends at once', async () => {
    const child = await startChild('a', [join(directory, 'no-such-program')], log)
    expect(`${await child.ended} ${await child.lastLines(5)}`).toMatch(/no-such-program|ENOENT/)
    expect(child.alive()).toBe(false)
  })

  test('whose log cannot be written is not started', async () => {
    await expect(startChild('a', ['/bin/true'], join(directory, 'no', 'log'))).rejects.toThrow('ENOENT')
  })
})

describe('ending processes', () => {
  test('waits until all are gone, those that ended before and those that ignore signals too', async () => {
    const ended = await start('exit 0')
    await ended.ended
    const deaf = await start("trap '' TERM INT HUP; echo deaf; while :; do sleep 1; done")
    await until('it is deaf', async () => (await deaf.lastLines(1)) === 'deaf')
    await endChildren(children)
    expect(children.map(child => child.alive())).toEqual([false, false])
    expect(await deaf.ended).toBe('SIGKILL')
    expect(() => process.kill(deaf.pid, 0)).toThrow('ESRCH')
  })

  test('of none is done at once', async () => {
    expect(await endChildren([])).toBeUndefined()
  })
})

test.runIf(existsSync('/usr/bin/setpriv'))('a process dies with the one that started it, however that ended', async () => {
  const module = join(import.meta.dirname, '../../src/lib/dev/child.ts')
  const script = `
    import {startChild} from ${JSON.stringify(module)}
    const child = await startChild('a', ['/bin/sh', '-c', 'echo up; exec sleep 1000'], ${JSON.stringify(log)})
    console.log(child.pid)
  `
  const parent = spawn(process.execPath, ['--input-type=module', '-e', `${script}\nsetInterval(() => {}, 1000)`])
  let said = ''
  parent.stdout.on('data', data => {
    said += String(data)
  })
  try {
    await until('it has started its child', async () => said.endsWith('\n') && (await readFile(log, 'utf8')) === 'up\n')
  } finally {
    parent.kill('SIGKILL')
  }
  await until('the child is gone', () => isGone(Number(said)))
})

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}

/** The process group, the fifth word of its line in /proc (proc_pid_stat(5)); its name may have blanks, but stands in brackets. */
async function groupOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8')
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[2])
}
