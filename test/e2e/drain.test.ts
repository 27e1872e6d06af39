import {spawn} from 'node:child_process'
import {readFile, writeFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {expect, onTestFinished, test} from 'vitest'
import {ClusterView} from '../../src/lib/cluster/view.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {runCtl} from '../fakes/test-cluster.ts'
import {until} from '../fakes/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const environment = {...process.env, PATH: `${root}bin:${process.env.PATH}`, NO_COLOR: '1'}

/** A cluster of three machines, the endpoint of its etcd and the directory where it keeps itself. */
async function open(): Promise<{
  readonly ctl: (...args: readonly string[]) => ReturnType<typeof runCtl>
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
}> {
  const machines = ['-m', 'a,role=a', '-m', 'b', '-m', 'c']
  const child = spawn(`${root}bin/ctl`, ['dev', '--driver', 'noop', ...machines], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', chunk => (said += chunk))
  child.stderr.on('data', chunk => (said += chunk))
  onTestFinished(async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGINT')) await ended
  })
  await until('ctl dev has said how to use it', () => said.includes('^C removes everything'), 30_000)
  const value = (name: string) => new RegExp(`export ${name}=(\\S+)`).exec(said)?.[1] ?? ''
  const env = {...environment, CTL_ENDPOINTS: value('CTL_ENDPOINTS')}
  return {directory: value('CTL_DEV_DIR'), env, ctl: (...args) => runCtl([...args], {env})}
}

async function brought(name: string, lines: readonly string[], directory: string): Promise<string> {
  const path = `${directory}/${name}`
  await writeFile(path, `[Container]\nImage=x/y\n${lines.length > 0 ? `[X-Fleet]\n${lines.join('\n')}\n` : ''}`)
  return path
}

test('a machine is drained, what fits nowhere else is told, and the deadline has it leave', async () => {
  const {ctl, directory} = await open()
  await brought('web@.service', [], directory)
  await brought('only.service', ['MachineMetadata=role=a'], directory)
  const started = await ctl('start', ...[1, 2, 3, 4, 5, 6].map(n => `${directory}/web@${n}.service`), `${directory}/only.service`)
  expect(started).toMatchObject({code: 0})

  const stuck = await ctl('drain', 'a', '-m', 'new kernel')
  expect(stuck).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('only.service fits nowhere else: 2 machines: 2 lack role=a'),
  })
  expect(stuck.stdout).toMatch(/Unit web@\d\.service moved to [bc]/)
  expect((await ctl('list-machines', '--fields', 'machine,status')).stdout).toMatch(/^a +draining$/m)

  expect(await ctl('drain', 'a', '--deadline', '1s')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Machine a is empty'),
  })
  expect((await ctl('list-units', '--fields', 'unit,sub')).stdout).toMatch(/^only\.service +unplaced$/m)

  expect(await ctl('uncordon', 'a')).toMatchObject({code: 0})
  await until('it is placed again', async () =>
    /^only\.service +running$/m.test((await ctl('list-units', '--fields', 'unit,sub')).stdout),
  )
})

test('a drain goes on without who asked for it and without who led, and is undone', async () => {
  const {ctl, directory, env} = await open()
  await brought('web@.service', [], directory)
  await brought('only.service', ['MachineMetadata=role=a'], directory)
  const names = Array.from({length: 12}, (_, n) => `${directory}/web@${n + 1}.service`)
  expect(await ctl('start', ...names, `${directory}/only.service`)).toMatchObject({code: 0})

  const drain = spawn(`${root}bin/ctl`, ['drain', 'a', '--deadline', '1h'], {env, stdio: ['ignore', 'pipe', 'pipe']})
  let said = ''
  drain.stdout.on('data', chunk => (said += chunk))
  drain.stderr.on('data', chunk => (said += chunk))
  const ended = new Promise<number | null>(resolve => drain.once('exit', code => resolve(code)))
  await until('the first has moved', () => said.includes('moved to'), 20_000)
  drain.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(said).toContain('the drain goes on\nhint: `ctl uncordon a` takes it back')

  const lost = await killLeader(env.CTL_ENDPOINTS ?? '')
  if (lost !== 'a') {
    const left = async () => (await ctl('list-units', '--no-legend', '--fields', 'unit,machine')).stdout.match(/\S+ +a\//g) ?? []
    await until(
      'only what fits nowhere else is left on a',
      async () => (await left()).join().startsWith('only.service') && (await left()).length === 1,
      40_000,
    )
    expect(await ctl('uncordon', 'a')).toMatchObject({code: 0})
    expect(await ctl('move', 'web@1', '--to', 'a')).toMatchObject({code: 0, stdout: expect.stringContaining('moved to a/')})
    expect(await left()).toHaveLength(2)
  }
})

/** Kills the agent that leads, and returns the name of its machine. */
async function killLeader(endpoint: string): Promise<string | undefined> {
  const store = openEtcdStore({endpoints: [endpoint]})
  try {
    const view = ClusterView.of((await store.list([''])).entries)
    const leader = view.machines.get(view.leader?.machine ?? '')
    if (leader === undefined) throw new Error('nobody leads')
    process.kill(leader.process.pid, 'SIGKILL')
    return leader.name
  } finally {
    store.close()
  }
}

test('the load is evened out', async () => {
  const {ctl, directory} = await open()
  await brought('web@.service', [], directory)
  expect(await ctl('cordon', 'a', 'b')).toMatchObject({code: 0})
  const names = Array.from({length: 9}, (_, n) => `${directory}/web@${n + 1}.service`)
  expect(await ctl('start', ...names)).toMatchObject({code: 0})
  expect(await ctl('uncordon', 'a', 'b')).toMatchObject({code: 0})
  const planned = await ctl('rebalance', '--dry-run')
  expect(planned.stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(6)
  const done = await ctl('rebalance')
  expect(done).toMatchObject({code: 0})
  const record = await readFile(`${directory}/c/decisions.ndjson`, 'utf8')
  expect(record).toMatch(/"step":"stop","reason":"not assigned to this machine: it was moved to [ab]: evens out the load/)
  expect((await ctl('rebalance')).stdout).toBe('nothing to move\n')
  expect((await ctl('config', 'rebalance=on', 'strategy=binpack')).stdout).toBe('strategy=binpack\nrebalance=on\n')
  expect(await ctl('config', 'colour=red')).toMatchObject({code: 2})
})
