import {execFileSync} from 'node:child_process'
import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type ContainerSpec, plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {dockerFlags} from '../../src/lib/unit/docker/docker-flags.ts'
import {parseDockerRun} from '../../src/lib/unit/docker/docker-run.ts'

const run = (line: string, environment: Record<string, string> = {}) =>
  parseDockerRun(line.split(' ').filter(Boolean), {environment})

describe('docker run', () => {
  test.each<[string, Partial<ContainerSpec>]>([
    ['busybox', {}],
    ['busybox sh -c x -- -p 80:80', {command: ['sh', '-c', 'x', '--', '-p', '80:80']}],
    ['-- busybox x', {command: ['x']}],
    ['--rm -itd busybox', {openStdin: true, terminal: true}],
    ['-it=true busybox', {openStdin: true, terminal: true}],
    ['-i=false -t busybox', {terminal: true}],
    ['--name x busybox', {name: 'x'}],
    ['--name=x busybox', {name: 'x'}],
    ['-rm -name x -link a:b -link c -dns 1.1.1.1 busybox', {name: 'x', links: ['a:b', 'c:c'], dns: ['1.1.1.1']}],
    [
      '-p 80:80 -p=81:81 -p82:82 --publish 83 busybox',
      {
        ports: [
          {hostPort: 80, containerPort: 80, protocol: 'tcp'},
          {hostPort: 81, containerPort: 81, protocol: 'tcp'},
          {hostPort: 82, containerPort: 82, protocol: 'tcp'},
          {containerPort: 83, protocol: 'tcp'},
        ],
      },
    ],
    ['-ditp 80:80 busybox', {openStdin: true, terminal: true, ports: [{hostPort: 80, containerPort: 80, protocol: 'tcp'}]}],
    ['-P busybox', {publishAllPorts: true}],
    ['-e A=1 -e B -e C --env D= busybox', {environment: {A: '1', B: 'two', D: ''}}],
    ['--env-file /etc/env busybox', {environmentFiles: [{path: '/etc/env', optional: false}]}],
    [
      '-v /a:/b:ro -v x:/c --tmpfs /d busybox',
      {
        mounts: [
          {type: 'bind', source: '/a', target: '/b', readOnly: true, options: []},
          {type: 'volume', source: 'x', target: '/c', readOnly: false, options: []},
          {type: 'tmpfs', target: '/d', readOnly: false, options: []},
        ],
      },
    ],
    ['--net=host --privileged busybox', {network: {mode: 'host', aliases: []}, privileged: true}],
    ['--network default --network-alias a --ip 10.0.0.1 busybox', {network: {mode: 'bridge', aliases: ['a'], ipv4: '10.0.0.1'}}],
    ['-n=false busybox', {network: {mode: 'none', aliases: []}}],
    [
      '-m 512m -c 512 --cpus 1.5 --memory-swap -1 --pids-limit 5 --oom-kill-disable busybox',
      {
        resources: {
          memoryBytes: 512 * 1024 ** 2,
          cpuShares: 512,
          cpus: 1.5,
          memorySwapBytes: -1,
          pidsLimit: 5,
          oomKillDisable: true,
        },
      },
    ],
    [
      '-u 1:2 -w /x -h name --domainname d --entrypoint /e busybox',
      {user: '1:2', workingDirectory: '/x', hostname: 'name', domainname: 'd', entrypoint: ['/e']},
    ],
    [
      '--health-cmd true --health-interval 1m30s --health-retries=2 busybox',
      {health: {test: ['CMD-SHELL', 'true'], intervalSeconds: 90, retries: 2}},
    ],
    ['--no-healthcheck busybox', {health: {test: ['NONE']}}],
    ['--ulimit nofile=1:2 --ulimit nofile=3 busybox', {ulimits: [{name: 'nofile', soft: 3, hard: 3}]}],
    [
      '--cap-add A --cap-drop B --security-opt label=disable --device /dev/x busybox',
      {
        capAdd: ['A'],
        capDrop: ['B'],
        securityOptions: ['label=disable'],
        devices: [{host: '/dev/x', container: '/dev/x', permissions: 'rwm'}],
      },
    ],
    ['--log-driver none --log-opt a=b busybox', {log: {driver: 'none', options: {a: 'b'}}}],
    [
      '--volumes-from a --add-host b:1.2.3.4 --label c=d --expose 53/udp busybox',
      {
        volumesFrom: ['a'],
        extraHosts: ['b:1.2.3.4'],
        labels: {c: 'd'},
        exposedPorts: ['53/udp'],
      },
    ],
    [
      '--restart no --sig-proxy=false -a stdout --stop-timeout 5 --stop-signal INT --pull always busybox',
      {stopSeconds: 5, stopSignal: 'INT', pull: 'always'},
    ],
    ['-e=A=1 busybox', {environment: {A: '1'}}],
  ])('%s', (line, expected) => {
    const parsed = run(line, {B: 'two'})
    expect(parsed).toMatchObject({spec: {...plainContainer('busybox'), ...expected}})
  })

  test('tells a detached run', () => {
    expect(run('-d busybox')).toMatchObject({detached: true})
    expect(run('--detach=false busybox')).toMatchObject({detached: false})
  })

  test.each<[string, readonly string[]]>([
    ['', ['no image']],
    ['-p 80:80', ['no image']],
    ['--name', ['without its value']],
    ['--nmae x busybox', ["'--nmae' is no flag"]],
    ['-z busybox', ["'-z' is no flag"]],
    ['-memory 5m busybox', ['']],
    ['--restart always busybox', ['--restart: would have Docker restart']],
    ['--gpus all -p x --cidfile /x busybox', ['--gpus', '-p', '--cidfile']],
    ['--security-opt seccomp=/x.json busybox', ['--security-opt']],
    ['--rm=maybe busybox', []],
    ['-it=maybe busybox', ['-it']],
    ['Busybox', ['capital letters']],
    ['--network name=x,alias=y busybox', ['long form']],
  ])('%j is refused for all its faults', (line, words) => {
    const parsed = run(line)
    if (words.length === 0) return expect(parsed).toHaveProperty('spec')
    expect(parsed).toEqual(words.map(word => expect.objectContaining({message: expect.stringContaining(word)})))
  })

  test('before variables are known, values that hold one are passed over', () => {
    const words = ['-p', '${PORT}:80', '-e', 'A=${B}', '${IMAGE}', '$ARGS']
    expect(parseDockerRun(words, {unknown: /\$/})).toMatchObject({
      spec: {image: '${IMAGE}', ports: [], environment: {A: '${B}'}, command: ['$ARGS']},
    })
    expect(parseDockerRun(words)).toHaveLength(2)
  })

  test('has a row for every flag that the docker command has', ctx => {
    const help = helpText()
    if (help === undefined) return ctx.skip('the docker command is not here')
    const flags = [...help.matchAll(/^ +(?:-(\w), )?--([a-z0-9-]+)(?: ([a-z-]+))? {2,}/gm)]
    expect(flags.length).toBeGreaterThan(90)
    for (const [, short, name = '', type] of flags) {
      expect({name, short, takes: dockerFlags[name]?.takes, ourShort: dockerFlags[name]?.short}).toEqual({
        name,
        short,
        takes: type === undefined ? 'switch' : 'value',
        ourShort: short,
      })
    }
  })

  test('never throws', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...Object.keys(dockerFlags).map(name => `--${name}`)),
      fc.stringMatching(/^-[a-zA-Z=]{1,4}$/),
    )
    fc.assert(
      fc.property(fc.array(word), words => void parseDockerRun(words)),
      {numRuns: 500},
    )
  })
})

function helpText(): string | undefined {
  try {
    return execFileSync('docker', ['run', '--help'], {encoding: 'utf8', env: {...process.env, COLUMNS: '200'}})
  } catch {
    return undefined
  }
}
