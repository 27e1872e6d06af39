import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type ContainerSpec, plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {dockerFlags, effectKind} from '../../src/lib/unit/docker/docker-flags.ts'
import {parseDockerRun} from '../../src/lib/unit/docker/docker-run.ts'
import {readUpkeep} from '../../src/lib/unit/docker/docker-upkeep.ts'
import {Fault} from '../../src/lib/unit/fault.ts'
import {runLines} from '../drivers/docker/run-lines.ts'

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
    ['-e A=1 -e B -e C --env D= busybox', {environment: {A: '1', B: 'two', D: ''}, unsetVariables: ['C']}],
    [
      '--env-file /etc/env busybox',
      {environmentFiles: [{path: '/etc/env', optional: false, syntax: 'docker', inherited: {B: 'two'}}]},
    ],
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
    ['--network x --network-alias a --ip 10.0.0.1 busybox', {network: {mode: 'x', aliases: ['a'], ipv4: '10.0.0.1'}}],
    ['--network default busybox', {network: {mode: 'bridge', aliases: []}}],
    [
      '--network name=x,alias=a,ip=10.0.0.2,ip6=fd00::2,mac-address=2:3,link-local-ip=169.254.1.1,driver-opt=b=c --network y busybox',
      {
        network: {
          mode: 'x',
          aliases: ['a'],
          ipv4: '10.0.0.2',
          ipv6: 'fd00::2',
          macAddress: '2:3',
          linkLocalAddresses: ['169.254.1.1'],
          driverOptions: {b: 'c'},
        },
        furtherNetworks: [{mode: 'y', aliases: []}],
      },
    ],
    ['-net host busybox', {network: {mode: 'host', aliases: []}}],
    ['--annotation a=b --cpuset 0 busybox', {annotations: {a: 'b'}, resources: {cpusetCpus: '0'}}],
    ['--add-host=a=[fd00::1] busybox', {extraHosts: ['a:fd00::1']}],
    [
      '--mount type=bind,src=/a,dst=/b,bind-recursive=disabled busybox',
      {mounts: [{type: 'bind', source: '/a', target: '/b', readOnly: false, options: [], long: {nonRecursive: true}}]},
    ],
    ['-e GONE -e B -e GONE=1 -e A busybox', {environment: {B: 'two', GONE: '1'}, unsetVariables: ['A']}],
    ['--label-file /l --security-opt seccomp=/x.json busybox', {labelFiles: ['/l'], seccompFile: '/x.json'}],
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

  test.each([
    ['no', undefined],
    ['always', {restart: 'always', startLimitBurst: 0}],
    ['unless-stopped', {restart: 'always', startLimitBurst: 0}],
    ['on-failure', {restart: 'on-failure', startLimitBurst: 0}],
    ['on-failure:3', {restart: 'on-failure', startLimitBurst: 4, startLimitIntervalSeconds: Infinity}],
  ])('--restart %s is told apart from the container', (policy, restart) => {
    const parsed = run(`--restart ${policy} busybox`)
    expect(parsed).toMatchObject({spec: plainContainer('busybox')})
    expect('spec' in parsed && parsed.restart).toEqual(restart)
  })

  test.each<[string, readonly string[]]>([
    ['', ['no image']],
    ['-p 80:80', ['no image']],
    ['--name', ['without its value']],
    ['--nmae x busybox', ["'--nmae' is no flag"]],
    ['-z busybox', ["'-z' is no flag"]],
    ['-memory 5m busybox', ['']],
    ['--restart sometimes busybox', ['is no restart policy']],
    ['--io-maxiops 1 -p x --cidfile /x busybox', ['--io-maxiops', '-p', '--cidfile']],
    ['--security-opt seccomp=x.json busybox', ['no absolute path']],
    ['--ip 10.0.0.1 --network-alias a busybox', ['--ip: does not go', '--network-alias: does not go']],
    ['--network x --network x busybox', ['named twice']],
    ['--network x --network host busybox', ['exclude each other']],
    ['--network name=x,gw-priority=1 busybox', ['gw-priority']],
    ['--mount type=bind,src=/a,dst=/b,bind-recursive=readonly busybox', ['bind-recursive=readonly']],
    ['--mount type=volume,dst=/b,volume-subpath=c busybox', ['volume-subpath']],
    ['--health-start-interval 5s busybox', ['newer than the API']],
    ['--rm=maybe busybox', []],
    ['-it=maybe busybox', ['-it']],
    ['Busybox', ['capital letters']],
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

  test('every refusal says what to write instead', () => {
    const refused = Object.values(dockerFlags).flatMap(({effect}) => (effect instanceof Fault ? [effect] : []))
    expect(refused.filter(({remedy}) => remedy === undefined)).toEqual([])
  })

  test.each(['translated', 'absorbed', 'refused'] as const)('docs/units.md tells which flags are %s', kind => {
    const guide = readFileSync(new URL('../../docs/units.md', import.meta.url), 'utf8')
    const row = new RegExp(`^\\| ${kind} \\|(.*)\\|$`, 'm').exec(guide)?.[1] ?? ''
    const told = Array.from(row.matchAll(/`--([a-z0-9-]+)`/g), match => match[1])
    const flags = Object.entries(dockerFlags).flatMap(([name, flag]) => (effectKind(flag) === kind ? [name] : []))
    expect(told.sort()).toEqual(flags.sort())
  })
})

describe('whatever is written', () => {
  const numRuns = Number(process.env.FUZZ_RUNS ?? 500)
  const flag = fc.constantFrom(...Object.keys(dockerFlags).map(name => `--${name}`))
  const value = fc.constantFrom(
    ...Object.values(runLines).flatMap(lines => lines.flatMap(line => line.split(/[ =]/))),
    ...['', '=', ',', ':', '"', '$', '-', '0', '1:2:3:4', 'a=b,c=d', '[::1]:1:1', '"a,b",c', '\u0000', '%n', '__proto__'],
  )
  const cut = fc
    .tuple(fc.constantFrom(...Object.values(runLines).flat()), fc.nat(80), fc.nat(8), fc.string({maxLength: 4}))
    .map(([line, at, length, put]) => `${line.slice(0, at)}${put}${line.slice(at + length)}`)
  const words = fc.oneof(
    fc.array(
      fc.oneof(
        flag,
        value,
        fc.tuple(flag, value).map(pair => pair.join('=')),
        fc.stringMatching(/^-[a-zA-Z=]{1,4}$/),
        fc.string(),
      ),
    ),
    cut.map(line => line.split(' ')),
  )
  const environment = {A: '1', constructor: 'x'}

  test('docker run is read without a throw, to a container or to faults that say something', () => {
    fc.assert(
      fc.property(words, given => {
        const parsed = parseDockerRun([...given, 'busybox'], {environment})
        if ('spec' in parsed) return JSON.stringify(parsed.spec).length > 0
        return parsed.length > 0 && parsed.every(({message}) => message !== '')
      }),
      {numRuns},
    )
  })

  test('lines beside it are read without a throw', () => {
    const verb = fc.constantFrom(
      'docker',
      'pull',
      'rm',
      'stop',
      'kill',
      '-t',
      '-f',
      'x',
      'img',
      'sh',
      '-c',
      '&&',
      ';',
      'mkdir',
      '-p',
      '/',
    )
    const keys = fc.constantFrom('ExecStartPre', 'ExecStop', 'ExecReload', 'ExecCondition')
    fc.assert(
      fc.property(keys, fc.array(fc.oneof(verb, fc.string())), (key, given) => {
        const spec = {...plainContainer('img'), name: 'x'}
        for (const line of [given, ['docker', ...given], ['/bin/sh', '-c', given.join(' ')]]) readUpkeep(key, line, spec)
      }),
      {numRuns},
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
