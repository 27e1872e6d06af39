import {type ChildProcess, spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, onTestFinished, test} from 'vitest'
import {encode} from '../../../src/lib/cluster/codec.ts'
import {unitRecordSchema} from '../../../src/lib/cluster/model.ts'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import {keys} from '../../../src/lib/store/keys.ts'
import {maxWrites} from '../../../src/lib/store/store.ts'
import {fileHash} from '../../../src/lib/unit/hash.ts'
import {runCtl} from '../../fakes/test-cluster.ts'
import {until} from '../../fakes/until.ts'
import {ask} from './test-server.ts'

const ctl = fileURLToPath(new URL('../../../bin/ctl', import.meta.url))

/** A `ctl dev` of machines that run nothing, once it has said where it is. */
async function openDev(
  ...machines: readonly string[]
): Promise<{readonly socketPath: string; readonly directory: string; readonly endpoint: string}> {
  const named = machines.flatMap(name => ['-m', name])
  const child: ChildProcess = spawn(ctl, ['dev', '--driver', 'noop', ...named], {stdio: ['ignore', 'pipe', 'inherit']})
  let said = ''
  child.stdout?.on('data', chunk => (said += chunk))
  onTestFinished(async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGINT')) await ended
  })
  await until('ctl dev has said how to use it', () => said.includes('^C removes everything'), 30_000)
  const value = (name: string) => new RegExp(`export ${name}=(\\S+)`).exec(said)?.[1] ?? ''
  return {socketPath: value('CTL_API_SOCKET'), directory: value('CTL_DEV_DIR'), endpoint: value('CTL_ENDPOINTS')}
}

test('every machine of a development cluster answers, in all languages, about all of them', async () => {
  const {socketPath, directory} = await openDev('a', 'b')
  expect(socketPath).toBe(`${directory}/a/api.sock`)
  for (const path of [socketPath, `${directory}/b/api.sock`]) {
    expect(await ask({socketPath: path, path: '/healthz'})).toMatchObject({status: 200, text: 'ok\n'})
    const {json} = await ask({socketPath: path, path: '/fleet/v1/machines'})
    expect(json).toMatchObject({machines: [{id: 'a'}, {id: 'b'}]})
    expect(await ask({socketPath: path, path: '/v1/machines'})).toMatchObject({status: 200})
  }
  await until('the machine is ready', async () => (await ask({socketPath, path: '/readyz'})).status === 200)
  expect(await ask({socketPath, path: '/metrics'})).toMatchObject({
    status: 200,
    headers: {'content-type': expect.stringContaining('text/plain')},
  })
  expect(await ask({socketPath, path: '/nowhere'})).toMatchObject({status: 404})
})

test('a large cluster is looked at in a thread of its own to tell why', async () => {
  const {socketPath, endpoint} = await openDev('a', 'b')
  const store = openEtcdStore({endpoints: [endpoint]})
  onTestFinished(() => store.close())
  const names = Array.from({length: 600}, (_, index) => `u@${index}.service`)
  const text = '[Container]\nImage=app\n[X-Fleet]\nMachineMetadata=role=db\n'
  const value = encode(unitRecordSchema, {file: fileHash(text), desiredState: 'inactive', generation: 1})
  await store.commit([], [{kind: 'put', key: keys.file(fileHash(text)), value: text}])
  for (let at = 0; at < names.length; at += maxWrites)
    await store.commit(
      [],
      names.slice(at, at + maxWrites).map(name => ({kind: 'put', key: keys.unit(name), value})),
    )
  await until('the API has heard of them', async () => (await ask({socketPath, path: '/v1/units/u@599.service'})).status === 200)
  const whys = await Promise.all(['u@0', 'u@599'].map(unit => ask({socketPath, path: `/v1/units/${unit}.service/why?all=true`})))
  for (const {status, json} of whys) {
    expect(status, JSON.stringify(json)).toBe(200)
    expect(json).toMatchObject({supposed: true, verdict: 'refused', hasPlace: false, machines: [{name: 'a'}, {name: 'b'}]})
  }
})

test.each([
  ['plain HTTP for others', ['--api-listen', '10.0.0.1:8080', '--api-insecure-loopback', 'yes'], '--api-cert is missing'],
  ['an address that is none', ['--api-listen', 'here'], '"here" is no address'],
])('an agent with %s ends with exit 2 before it does anything', async (_, flags, told) => {
  const {code, stderr} = await runCtl(['agent', '--config', '/dev/null', '--endpoints', 'http://127.0.0.1:1', ...flags], {})
  expect(code).toBe(2)
  expect(stderr).toContain(told)
})

test('ctl token says the secret on stdout and the line on stderr', async () => {
  const {code, stdout, stderr} = await runCtl(['token', 'jenkins', '--role', 'operate'], {})
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ctl_[A-Za-z0-9_-]{43}\n$/)
  expect(stderr).toMatch(/^jenkins:operate:[0-9a-f]{64}\n$/)
})
