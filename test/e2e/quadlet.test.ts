import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {runCtl} from '../fakes/test-cluster.ts'

const bin = fileURLToPath(new URL('../../bin', import.meta.url))
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-quadlet-'))
})
afterAll(() => rm(directory, {recursive: true, force: true}))

/** What a script says in a cluster of two machines without Docker, in the directory of the unit files. */
async function inCluster(script: string) {
  const env = {...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1'}
  return runCtl(['dev', '--driver', 'noop', '-m', 'a', '-m', 'b', '--', 'sh', '-c', `cd ${directory} && ${script}`], {env})
}

const web = `# A file of Quadlet's, as it is.
[Unit]
Description=Web %i
After=network-online.target

[Container]
Image=docker.io/library/nginx:1.27
PublishPort=808%i:80
AutoUpdate=registry

[Service]
Restart=always

[Install]
WantedBy=default.target
`

test('files of Quadlet’s are submitted, started and printed as they are', async () => {
  await writeFile(join(directory, 'web@.container'), web)
  await writeFile(join(directory, 'db.container'), web.replaceAll('%i', '0').replace('AutoUpdate=registry', 'ServiceName=store'))
  const {code, stdout, stderr} = await inCluster(
    'ctl submit db.container && ctl start web@{1,2} && ctl start web@3.container && ctl list-unit-files -o name && ctl cat web@1 | cmp - web@.container && ctl stop web@1.container',
  )
  expect(stderr).toContain('AutoUpdate')
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toBe('Unit store.service submitted')
  expect(lines.filter(line => /^Unit web@\d\.service launched on [ab]/.test(line))).toHaveLength(3)
  expect(lines.slice(4, 8)).toEqual(['store.service', 'web@1.service', 'web@2.service', 'web@3.service'])
  expect(lines.at(-1)).toMatch(/^Unit web@1\.service/)
})

test('what only Podman can do is refused, with nothing written', async () => {
  await writeFile(join(directory, 'x.container'), '[Container]\nImage=x\nPod=y.pod\nVolume=./z:/z\n')
  await writeFile(join(directory, 'y.pod'), '[Pod]\n')
  const {stdout, stderr} = await inCluster('ctl submit x.container; ctl submit y.pod; ctl list-unit-files -o name')
  expect(stdout).toBe('')
  expect(stderr).toContain('there are no pods')
  expect(stderr).toContain('lie beside the unit file')
  expect(stderr).toContain('y.pod is a pod of Quadlet')
})
