import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import type {Entry, Store} from '../../src/lib/store/store.ts'
import {SmallTerminal} from '../cli/small-terminal.ts'
import {type EtcdServer, startEtcd} from '../fakes/etcd-server.ts'
import {assignmentEntry, machineEntry, recordEntry, stateEntry} from '../fakes/stored-cluster.ts'
import {until} from '../fakes/until.ts'

const ctl = fileURLToPath(new URL('../../bin/ctl', import.meta.url))
const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) console.log('test/e2e/watch.test.ts: there is no script(1), and so no terminal to test with')

let etcd: EtcdServer
let store: Store
beforeAll(async () => {
  etcd = await startEtcd()
  store = openEtcdStore({endpoints: [etcd.endpoint]})
})
afterAll(async () => {
  store?.close()
  await etcd?.remove()
})

const put = (...entries: readonly Entry[]) =>
  store.commit(
    [],
    entries.map(({key, value}) => ({kind: 'put', key, value})),
  )
const run = (unit: string) => put(recordEntry(unit), assignmentEntry(unit), stateEntry(unit, 'active/running'))

interface Watching {
  readonly child: ChildProcess
  out: string
  err: string
}

function watch(command: string, args: readonly string[]): Watching {
  const env = {...process.env, CTL_ENDPOINTS: etcd.endpoint, NO_COLOR: '1', TERM: 'xterm'}
  const child = spawn(command, args, {stdio: 'pipe', env})
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const watching: Watching = {child, out: '', err: ''}
  child.stdout?.on('data', chunk => {
    watching.out += String(chunk)
  })
  child.stderr?.on('data', chunk => {
    watching.err += String(chunk)
  })
  return watching
}

test('in a pipe lines are appended, and etcd may go and come back', {timeout: 60_000}, async () => {
  await put(machineEntry('m1'))
  await run('pipe@1.service')
  const args = ['list-units', '-w', '--no-legend', '-o', 'json', 'pipe@*']
  const watching = watch(ctl, args)
  const told = () =>
    watching.out
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line))
  await until('the list', () => told().length === 1)
  await put(stateEntry('pipe@1.service', 'failed/failed'))
  await until('the change', () => told().length === 2)
  expect(told().map(({event, unit, active}) => `${event} ${unit} ${active}`)).toEqual([
    'set pipe@1.service active',
    'set pipe@1.service failed',
  ])
  await etcd.stop()
  await until(
    '/^etcd does not answer since dd:dd:dd$/m.test(watching.er…',
    () => /^etcd does not answer since \d\d:\d\d:\d\d$/m.test(watching.err),
    20_000,
  )
  await etcd.start()
  await until('etcd is missed', () => watching.err.includes('etcd answers again'), 20_000)
  await run('pipe@2.service')
  await until(
    'told().some(({unit}) => unit === ’pipe@2.service’)',
    () => told().some(({unit}) => unit === 'pipe@2.service'),
    20_000,
  )
  const ended = once(watching.child, 'exit')
  watching.child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})

test.runIf(hasScript)('on a terminal it is redrawn in place, and ^C gives the terminal back', {timeout: 60_000}, async () => {
  await put(machineEntry('m1'))
  for (const instance of [1, 2, 3, 4, 5, 6, 7]) await run(`tty@${instance}.service`)
  const line = `stty rows 6 cols 60; echo before; ${ctl} list-units -w 'tty@*'; echo "code $?"`
  const watching = watch('script', ['-qfec', line, '/dev/null'])
  const screen = () => new SmallTerminal(6).write(watching.out).lines
  await until('etcd is back', () => screen().some(each => each.includes('more')))
  expect(screen()).toEqual([
    'UNIT           MACHINE       ACTIVE  SUB',
    'tty@1.service  one/10.0.0.1  active  running',
    'tty@2.service  one/10.0.0.1  active  running',
    'tty@3.service  one/10.0.0.1  active  running',
    '… 4 more',
  ])
  await put(stateEntry('tty@2.service', 'failed/failed'))
  await until(
    'screen()[2] === ’tty@2.service  one/10.0.0.1  failed  fai…',
    () => screen()[2] === 'tty@2.service  one/10.0.0.1  failed  failed',
  )
  expect(screen()).toHaveLength(5)
  watching.child.stdin?.write('\u0003')
  await until('a change after that', () => watching.out.includes('code '))
  expect(watching.out).toContain('code 130')
  expect(watching.out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(watching.out.lastIndexOf('\u001b[?25l'))
  expect(watching.out.lastIndexOf('\u001b[?7h')).toBeGreaterThan(watching.out.lastIndexOf('\u001b[?7l'))
  expect(screen().at(-2)).toBe('… 4 more')
})

test.runIf(hasScript)('on a terminal that etcd is away is said below the list; q ends it', {timeout: 60_000}, async () => {
  await put(machineEntry('m1'))
  await run('away.service')
  const line = `stty rows 10 cols 60; ${ctl} list-units -w away; echo "code $?"`
  const watching = watch('script', ['-qfec', line, '/dev/null'])
  const screen = () => new SmallTerminal(10).write(watching.out).lines
  await until('a full screen', () => screen().length === 2)
  await etcd.stop()
  await until('the row that failed', () => screen().length === 3, 20_000)
  expect(screen()[2]).toMatch(/^etcd does not answer since \d\d:\d\d:\d\d$/)
  await etcd.start()
  await until('the end', () => screen().length === 2, 20_000)
  watching.child.stdin?.write('q')
  await until('the list', () => watching.out.includes('code 0'))
})
