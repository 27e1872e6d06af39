import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest'
import {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {listAt} from '../../src/lib/drivers/docker/json.ts'
import {busyboxImage, importBusybox} from '../fakes/busybox-image.ts'
import {type DockerDaemon, openDocker} from '../fakes/docker-daemon.ts'
import {runCtl} from '../fakes/test-cluster.ts'
import {until} from '../fakes/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let docker: DockerDaemon
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  docker = await openDocker()
  await importBusybox(docker.host)
  environment = {...process.env, DOCKER_HOST: docker.host, PATH: `${root}bin:${process.env.PATH}`, NO_COLOR: '1'}
})
afterAll(() => docker?.close())

const dev = (...args: readonly string[]) => runCtl(['dev', ...args], {env: environment})
const unit = `[Container]\\nImage=${busyboxImage}\\nExec=sleep 10000\\nNetwork=none\\nStopSignal=KILL\\n`

test('runs a command on its machines, passes its exit code on and removes everything', async () => {
  const script = `ctl list-machines; echo $CTL_DEV_DIR; cd $CTL_DEV_DIR && printf '${unit}' > x@.service && ctl start x@1 x@2 && docker_host=$DOCKER_HOST; echo $docker_host; exit 42`
  const {code, stdout} = await dev('--machine', 'a,role=web,zone=1', '--machine', 'b,role=db', '--', 'sh', '-c', script)
  expect(code).toBe(42)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.slice(0, 3)).toEqual([
    expect.stringMatching(/^MACHINE +IP +METADATA$/),
    expect.stringMatching(/^a +127(\.\d+){3} +role=web,zone=1$/),
    expect.stringMatching(/^b +127(\.\d+){3} +role=db$/),
  ])
  expect(lines.slice(4)).toEqual([
    expect.stringMatching(/^Unit x@\d\.service launched on/),
    expect.stringMatching(/^Unit x@\d\.service launched on/),
    docker.host,
  ])
  expect(existsSync(lines[3] ?? '')).toBe(false)
  expect(await containersOf('x@1.service')).toBe(0)
})

test('a command that does not exist is told, with nothing left', async () => {
  const {code, stderr} = await dev('--driver', 'noop', '-m', 'a', '--', 'no-such-command-at-all')
  expect(code).toBe(3)
  expect(stderr).toContain('no-such-command-at-all')
})

test.each([
  {name: 'a machine given twice', args: ['-m', 'a', '-m', 'a'], code: 2, told: 'a is given twice'},
  {name: 'metadata that is none', args: ['-m', 'a,role'], code: 2, told: '"role" is no key=value'},
  {name: 'no Docker', args: ['--docker-host', 'unix:///nowhere/docker.sock'], code: 5, told: 'unix:///nowhere/docker.sock'},
])('$name is refused before anything is made', async ({args, code, told}) => {
  const result = await dev(...args, '--', 'true')
  expect(result).toMatchObject({code, stderr: expect.stringContaining(told)})
})

test('two stand beside each other, stay until ^C, and clean up after it', async () => {
  const [one, two] = await Promise.all([open('-m', 'a', '-m', 'b'), open('-m', 'a')])
  const list = async (endpoint: string) =>
    (await runCtl(['list-machines', '-o', 'name', '--endpoints', endpoint], {env: environment})).stdout
  expect(await list(one.endpoint)).toBe('a\nb\n')
  expect(await list(two.endpoint)).toBe('a\n')
  expect(await one.interrupt()).toBe(130)
  expect(existsSync(one.directory)).toBe(false)
  expect(await list(two.endpoint)).toBe('a\n')
  expect(await two.interrupt()).toBe(130)
})

async function containersOf(name: string): Promise<number> {
  const client = new DockerClient(docker.host)
  try {
    const listed = listAt(
      await client.json('GET', '/containers/json', {
        query: {all: '1', filters: JSON.stringify({label: [`meissa.unit=${name}`]})},
      }),
    )
    return listed.length
  } finally {
    client.close()
  }
}

/** A `ctl dev` in the foreground, once it has said how to use it. */
async function open(...machines: readonly string[]) {
  const child: ChildProcess = spawn(`${root}bin/ctl`, ['dev', '--driver', 'noop', ...machines], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout?.on('data', chunk => (said += chunk))
  child.stderr?.on('data', chunk => (said += chunk))
  onTestFinished(() => void child.kill('SIGKILL'))
  await until('ctl dev has said how to use it', () => said.includes('^C removes everything'), 30_000)
  const value = (name: string) => new RegExp(`export ${name}=(\\S+)`).exec(said)?.[1] ?? ''
  return {
    endpoint: value('CTL_ENDPOINTS'),
    directory: value('CTL_DEV_DIR'),
    interrupt: async () => {
      const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
      child.kill('SIGINT')
      return ended
    },
  }
}
