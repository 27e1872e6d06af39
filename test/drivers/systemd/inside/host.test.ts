import {access, mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {StepError} from '../../../../src/lib/drivers/driver.ts'
import {SystemdBench, SystemdRoom, whyNoSystemd} from '../../../fakes/systemd-room.ts'
import {until} from '../../../fakes/until.ts'

/* What only a host's own systemd has: units of every kind, names that are taken, what it forgets. */

const lack = await whyNoSystemd()
let room: SystemdRoom
let bench: SystemdBench

beforeEach(context => {
  context.skip(lack !== undefined, lack)
  room = new SystemdRoom()
  bench = new SystemdBench(room)
})
afterEach(() => room?.close())

const sleeper = '[Service]\nExecStart=/bin/sleep 100000\n'
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

describe('a name that the host has', () => {
  test.each([
    ['a unit of its own', 'systemd-journald.service', '/lib/systemd/system/systemd-journald.service'],
    ['an instance of its template', 'getty@tty7.service', '/lib/systemd/system/getty@.service'],
  ])('%s is refused with both paths, and nothing is written', async (_, name, path) => {
    const before = await room.property(name, 'InvocationID')
    const refusal = bench.start(name, sleeper)
    await expect(refusal).rejects.toThrow(StepError)
    await expect(refusal).rejects.toThrow(path)
    await expect(refusal).rejects.toThrow(`/run/systemd/system/${name}`)
    expect(await isThere(`/run/systemd/system/${name}`)).toBe(false)
    expect(await bench.driver.observe()).toEqual([])
    expect(await room.property(name, 'InvocationID')).toBe(before)
  })

  test('a file of somebody else in the same directory is refused, and stays as it is', async () => {
    const path = '/run/systemd/system/foreign.service'
    await writeFile(path, sleeper)
    try {
      await expect(bench.load('foreign.service', sleeper)).rejects.toThrow(path)
      expect(await readFile(path, 'utf8')).toBe(sleeper)
      expect(await bench.driver.observe()).toEqual([])
    } finally {
      await rm(path)
      await room.systemctl('daemon-reload')
    }
  })

  test('a mount that is there already is refused, and stays', async () => {
    await mkdir('/mnt/taken', {recursive: true})
    await room.run('mount', '-t', 'tmpfs', 'none', '/mnt/taken')
    try {
      const mount = '[Mount]\nWhat=tmpfs\nWhere=/mnt/taken\nType=tmpfs\n'
      await expect(bench.start('mnt-taken.mount', mount)).rejects.toThrow(/the host's own/)
      expect(await room.property('mnt-taken.mount', 'ActiveState')).toBe('active')
    } finally {
      await room.run('umount', '/mnt/taken')
    }
  })

  test('a unit of another cluster is neither seen nor overwritten', async () => {
    await bench.start('shared.service', sleeper)
    const other = new SystemdRoom()
    try {
      const stranger = new SystemdBench(other)
      expect(await stranger.driver.observe()).toEqual([])
      await expect(stranger.start('shared.service', sleeper)).rejects.toThrow(/the host's own/)
    } finally {
      await other.close()
    }
    expect(await bench.words('shared.service')).toBe('active/running')
  })
})

describe('what it needs', () => {
  test('a unit that nobody has is a refusal in the words of systemd, and is there when it comes', async () => {
    const text = `[Unit]\nRequires=needed.service\nAfter=needed.service\n${sleeper}`
    await expect(bench.start('needing.service', text)).rejects.toThrow(/needed\.service not found/)
    expect((await bench.run('needing.service')).supervised).toMatchObject({launched: false, active: 'inactive'})
    await bench.load('needed.service', sleeper)
    await bench.start('needing.service', text)
    await bench.runWhen('needing.service', 'runs', run => run.supervised?.sub === 'running')
    expect(await bench.words('needed.service')).toBe('active/running')
  })

  test('what hosts of fleet had, and what another engine runs here, counts as there', async () => {
    const text = `[Unit]\nRequires=flanneld.service etcd2.service\nBindsTo=web@%i.service\nAfter=web@%i.service\n${sleeper}`
    await bench.start('side@1.service', text, ['web@1.service'])
    await bench.runWhen('side@1.service', 'runs', run => run.supervised?.sub === 'running')
    expect(await room.property('side@1.service', 'Requires')).not.toContain('flanneld')
  })

  test('a unit that the host has is required as it is', async () => {
    await bench.start('with.service', `[Unit]\nRequires=dbus.service\n${sleeper}`)
    expect(await room.property('with.service', 'Requires')).toContain('dbus.service')
  })
})

describe('ends', () => {
  test('a oneshot that succeeds at once has its exit code, though systemd forgets it', async () => {
    await bench.start('once.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n')
    const run = await bench.runWhen('once.service', 'ended', ({phase}) => phase === 'exited')
    expect(run).toMatchObject({exitCode: 0, supervised: {active: 'inactive', launched: true}})
  })

  test.each([
    [
      'requires one that fails',
      '[Unit]\nRequires=broken.service\nAfter=broken.service\n',
      'a unit that it requires could not be started',
    ],
    ['asserts what is not so', '[Unit]\nAssertPathExists=/none\n', 'an Assert…= of it is not met on this machine'],
  ])('a unit that %s was not started, and says why', async (_, head, reason) => {
    await bench.load('broken.service', '[Service]\nType=oneshot\nExecStart=/bin/false\n')
    await bench.start('needy.service', `${head}[Service]\nType=oneshot\nExecStart=/bin/true\n`)
    const run = await bench.runWhen('needy.service', 'was refused', ({supervised}) => supervised?.refused !== undefined)
    expect(run.supervised).toMatchObject({launched: false, refused: {reason}})
    expect(run).not.toHaveProperty('exitCode')
  })

  test('a condition that is not met is told, and is no success', async () => {
    await bench.start('never.service', '[Unit]\nConditionPathExists=/none\n[Service]\nExecStart=/bin/true\n')
    const run = await bench.runWhen('never.service', 'was not started', ({supervised}) => supervised?.sub === 'condition')
    expect(run).not.toHaveProperty('exitCode')
    expect(run.supervised?.reason).toMatch(/Condition/)
  })

  test.each([
    ['a signal', 'ExecStart=/bin/sh -c "kill -9 $$$$"', 'failed/failed: it was killed by signal 9'],
    ['a start that takes too long', 'Type=notify\nTimeoutStartSec=200ms\nExecStart=/bin/sleep 99', /timeout/],
    ['a command before it', 'ExecStartPre=/bin/false\nExecStart=/bin/sleep 99', 'failed/failed: one of its commands failed'],
    ['a user that nobody knows', 'User=nobody-knows\nExecStart=/bin/sleep 99', /it exited with 217/],
    ['its start limit', 'ExecStart=/bin/false\nRestart=always\nRestartSec=1ms', 'failed/failed: it exited with 1'],
  ])('%s is told', async (_, lines, words) => {
    await bench.start('bad.service', `[Service]\n${lines}\n`)
    await bench.runWhen('bad.service', 'failed', ({supervised}) => supervised?.active === 'failed')
    if (typeof words === 'string') expect(await bench.words('bad.service')).toBe(words)
    else expect(await bench.words('bad.service')).toMatch(words)
  })

  test('a file that systemd cannot make sense of is told', async () => {
    await bench.load('odd.socket', '[Socket]\nListenStream=nonsense:port:x\n')
    expect((await bench.run('odd.socket')).supervised?.load).toBe('bad-setting')
  })

  test('a grace that is over kills what does not heed the stop', async () => {
    await bench.start(
      'deaf.service',
      `[Service]\nTimeoutStopSec=60\nExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 0.1; done'\n`,
    )
    await bench.runWhen('deaf.service', 'runs', run => run.supervised?.sub === 'running')
    const before = performance.now()
    await bench.stop('deaf.service', 1)
    expect(performance.now() - before).toBeLessThan(20_000)
    expect((await bench.run('deaf.service')).phase).toBe('exited')
  })
})

describe('kinds', () => {
  test('a timer, a path and a socket start what is loaded beside them', async () => {
    const touch = (file: string) => `[Service]\nType=oneshot\nExecStart=/bin/touch ${room.directory}/${file}\n`
    await mkdir(room.directory, {recursive: true})
    await bench.load('tick.service', touch('ticked'))
    await bench.start('tick.timer', '[Timer]\nOnActiveSec=50ms\nAccuracySec=10ms\n')
    await bench.load('seen.service', touch('seen'))
    await bench.start('seen.path', `[Path]\nPathExists=${room.directory}/ticked\n`)
    await until('the timer has fired and the path was seen', () => isThere(`${room.directory}/seen`))
    expect((await bench.run('tick.service')).supervised?.launched).toBe(false)
    await bench.stop('seen.path')
    await bench.load('knock.service', touch('knocked'))
    await bench.start('knock.socket', `[Socket]\nListenStream=${room.directory}/knock\n`)
    await bench.runWhen('knock.socket', 'listens', run => run.supervised?.sub === 'listening')
  })

  test('a unit with [Install] is enabled until it is removed', async () => {
    const link = '/run/systemd/system/multi-user.target.wants/wanted.service'
    await bench.load('wanted.service', `${sleeper}[Install]\nWantedBy=multi-user.target\n`)
    expect(await isThere(link)).toBe(true)
    expect(await room.property('multi-user.target', 'Wants')).toContain('wanted.service')
    await bench.remove('wanted.service')
    expect(await isThere(link)).toBe(false)
    expect(await room.property('multi-user.target', 'Wants')).not.toContain('wanted.service')
  })

  test('a name with escapes is one name everywhere', async () => {
    const name = 'odd\\x2dname@a-b.service'
    await bench.start(name, sleeper)
    await bench.runWhen(name, 'runs', run => run.supervised?.sub === 'running')
    await bench.stop(name)
    await bench.remove(name)
    expect(await bench.driver.observe()).toEqual([])
  })
})

test('units that come together are read together', async () => {
  const names = Array.from({length: 40}, (_, index) => `many@${index}.service`)
  const reloads = async () =>
    Number(await room.run('sh', '-c', "journalctl --sync; journalctl -b -o cat _PID=1 -g '^Reloading' --quiet | wc -l"))
  const before = await reloads()
  await Promise.all(names.map(name => bench.load(name, sleeper)))
  expect((await bench.driver.observe()).map(({unit}) => unit).sort()).toEqual([...names].sort())
  expect((await reloads()) - before).toBeLessThan(8)
})

test('a systemd that starts itself anew is found again, and nothing is lost', async () => {
  const ending = new AbortController()
  let wakes = 0
  const watching = bench.driver.watch(() => wakes++, ending.signal)
  await bench.start('kept.service', sleeper)
  const before = await bench.runWhen('kept.service', 'runs', run => run.supervised?.sub === 'running')
  const woken = wakes
  await room.systemctl('daemon-reexec')
  await until('the watch goes on', () => wakes > woken)
  await until('it is seen again', async () => (await bench.driver.observe().catch(() => [])).length === 1)
  expect(await bench.run('kept.service')).toMatchObject({id: before.id, phase: 'running'})
  ending.abort()
  await watching
})
