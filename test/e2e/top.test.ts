import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {busyboxImage, importBusybox} from '../fakes/busybox-image.ts'
import {type DockerDaemon, openDocker} from '../fakes/docker-daemon.ts'
import {runCtl} from '../fakes/test-cluster.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let docker: DockerDaemon

beforeAll(async () => {
  docker = await openDocker()
  await importBusybox(docker.host)
})
afterAll(() => docker?.close())

const container = `[Container]\\nImage=${busyboxImage}\\nNetwork=none\\nStopSignal=KILL\\n`
const story = `
cd $CTL_DEV_DIR
printf "${container}Exec=sh -c 'while :; do :; done'\\n[Service]\\nMemoryMax=64M\\nCPUQuota=20%%\\n" > busy.service
printf "${container}Exec=sleep 10000\\n[X-Fleet]\\nRequests=cpu=0.5 memory=100M\\nMachineMetadata=role=idle\\n" > idle@.service
printf "${container}Exec=sleep 10000\\n[X-Fleet]\\nRequests=cpu=100\\n" > huge.service
ctl start busy idle@1 >&2 || exit 90
ctl list-machines -o wide --no-legend
echo =
ctl top units -o json --sort cpu
echo =
rm b/api.sock
ctl top
echo = $?
ctl start huge --timeout 20s
echo = $?
`

test('machines and units are told with what is allocated and used, and those that cannot be asked by name', async () => {
  const env = {...process.env, DOCKER_HOST: docker.host, PATH: `${root}bin:${process.env.PATH}`, NO_COLOR: '1'}
  const args = ['dev', '-m', 'a', '-m', 'b,role=idle', '--', 'sh', '-c', story]
  const {stdout, stderr, code} = await runCtl(args, {env})
  expect({code, stderr}).toEqual({code: 0, stderr: expect.stringContaining('huge.service')})
  const [wide = '', json = '', top = '', huge = ''] = stdout.split(/^=/m)
  expect(wide.split('\n')[0]).toMatch(/^a .* 0\.2\/\S+ +64M\/\S+ /)
  expect(wide.split('\n')[1]).toMatch(/^b .* 0\.5\/\S+ +100M\/\S+ /)
  const {cluster, units} = JSON.parse(json)
  expect(cluster).toMatchObject({machines: 2, units: 2, silent: 0, allocated: {cpus: 0.7}})
  expect(units).toMatchObject([
    {unit: 'busy.service', target: 'a', requests: {cpus: 0.2}, cpuLimit: 0.2, memoryLimitBytes: 64 * 1024 ** 2, problem: null},
    {unit: 'idle@1.service', target: 'b', requests: {cpus: 0.5}, cpuLimit: null, problem: null},
  ])
  expect(units[0].used.cpus).toBeGreaterThan(0.05)
  expect(units[1].used.cpus).toBeLessThan(0.05)
  for (const {used} of units) expect(used.memoryBytes).toBeGreaterThan(4096)
  expect(top).toMatch(/^a +1 +0\.\d+ .* -$/m)
  expect(top).toMatch(/^b +1 +- .*there is no such socket$/m)
  expect(stderr).toContain('ctl: machine b: no connection to')
  expect(huge).toBe(' 5\n')
  expect(stderr).toContain('less cpu free than the 100 it needs')
  expect(stdout.trimEnd()).toMatch(/= 7$/)
}, 90_000)
