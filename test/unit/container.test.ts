import {describe, expect, test} from 'vitest'
import {plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import {parseContainer} from '../../src/lib/unit/quadlet/container-section.ts'
import {host} from './host.ts'

function read(lines: string) {
  const problems = new ProblemList()
  const setting = {name: parseUnitName('web@3.service'), host, environment: {PORT: '80', OPTS: 'a b'}}
  const spec = parseContainer(parseUnitFile(`[Container]\nImage=nginx\n${lines}\n`).file, setting, problems)
  return {spec, problems: problems.all()}
}

const base = plainContainer('nginx')

describe('[Container]', () => {
  test.each<[string, object]>([
    ['Image=nginx:1.27', {image: 'nginx:1.27'}],
    ['Exec=serve --port 80 "a b"', {command: ['serve', '--port', '80', 'a b']}],
    ['Exec=one\nExec=two', {command: ['two']}],
    ['Exec=-x $OPTS ${PORT}1 $$HOME %i', {command: ['-x', 'a', 'b', '801', '$HOME', '3']}],
    ['Entrypoint=/bin/sh', {entrypoint: ['/bin/sh']}],
    ['Entrypoint=["/bin/sh", "-c"]', {entrypoint: ['/bin/sh', '-c']}],
    ['Environment=A=1 "B=2 3"\nEnvironment=C=%i$PORT PORT', {environment: {A: '1', B: '2 3', C: '3$PORT', PORT: '80'}}],
    ['Environment=A=1\nEnvironment=\nEnvironment=B=2', {environment: {B: '2'}}],
    [
      'EnvironmentFile=/etc/%p\nEnvironmentFile=-/etc/x',
      {
        environmentFiles: [
          {path: '/etc/web', optional: false},
          {path: '/etc/x', optional: true},
        ],
      },
    ],
    ['PublishPort=8080:80', {ports: [{hostPort: 8080, containerPort: 80, protocol: 'tcp'}]}],
    ['PublishPort=808%i:80/udp', {ports: [{hostPort: 8083, containerPort: 80, protocol: 'udp'}]}],
    ['PublishPort=127.0.0.1::80', {ports: [{hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp'}]}],
    ['PublishPort=[::1]:1:2', {ports: [{hostAddress: '::1', hostPort: 1, containerPort: 2, protocol: 'tcp'}]}],
    [
      'PublishPort=1-2:3-4',
      {
        ports: [
          {hostPort: 1, containerPort: 3, protocol: 'tcp'},
          {hostPort: 2, containerPort: 4, protocol: 'tcp'},
        ],
      },
    ],
    ['ExposeHostPort=50-51\nExposeHostPort=53/udp', {exposedPorts: ['50/tcp', '51/tcp', '53/udp']}],
    ['Volume=/a:/b:ro,z', {mounts: [{type: 'bind', source: '/a', target: '/b', readOnly: true, options: ['z']}]}],
    ['Volume=data-%i:/b', {mounts: [{type: 'volume', source: 'data-3', target: '/b', readOnly: false, options: []}]}],
    ['Volume=/b', {mounts: [{type: 'volume', target: '/b', readOnly: false, options: []}]}],
    ['Tmpfs=/run:size=64m', {mounts: [{type: 'tmpfs', target: '/run', readOnly: false, options: ['size=64m']}]}],
    [
      'Mount=type=bind,source=/a,target=/b,readonly',
      {mounts: [{type: 'bind', source: '/a', target: '/b', readOnly: true, options: []}]},
    ],
    ['Mount=type=tmpfs,dst=/b,tmpfs-size=1m', {mounts: [{type: 'tmpfs', target: '/b', readOnly: false, options: ['size=1m']}]}],
    ['Network=host', {network: {mode: 'host', aliases: []}}],
    ['Network=back:alias=db,ip=10.0.0.2\nNetworkAlias=x', {network: {mode: 'back', aliases: ['db', 'x'], ipv4: '10.0.0.2'}}],
    ['Network=container:web', {network: {mode: 'container:web', aliases: []}}],
    ['IP=10.0.0.2\nIP6=fd00::2', {network: {mode: 'bridge', aliases: [], ipv4: '10.0.0.2', ipv6: 'fd00::2'}}],
    ['ContainerName=%p-%i\nHostName=%H', {name: 'web-3', hostname: 'one.example.com'}],
    ['User=1000\nGroup=100\nGroupAdd=5', {user: '1000:100', groups: ['5']}],
    ['WorkingDir=/app', {workingDirectory: '/app'}],
    [
      'HealthCmd=curl localhost || exit 1\nHealthInterval=1m30s\nHealthTimeout=500ms\nHealthRetries=4\nHealthStartPeriod=5s\nNotify=healthy',
      {
        health: {
          test: ['CMD-SHELL', 'curl localhost || exit 1'],
          intervalSeconds: 90,
          timeoutSeconds: 0.5,
          retries: 4,
          startPeriodSeconds: 5,
        },
        activeWhenHealthy: true,
      },
    ],
    ['HealthCmd=none', {health: {test: ['NONE']}}],
    ['HealthCmd=["curl", "x"]', {health: {test: ['CMD', 'curl', 'x']}}],
    ['HealthCmd=["CMD-SHELL", "x"]', {health: {test: ['CMD-SHELL', 'x']}}],
    [
      'Ulimit=nofile=1000:2000\nUlimit=core=-1',
      {
        ulimits: [
          {name: 'nofile', soft: 1000, hard: 2000},
          {name: 'core', soft: -1, hard: -1},
        ],
      },
    ],
    ['Pull=always', {pull: 'always'}],
    ['AddCapability=CAP_A CAP_B\nDropCapability=all', {capAdd: ['CAP_A', 'CAP_B'], capDrop: ['ALL']}],
    [
      'AddDevice=/dev/a:/dev/b:r\nAddDevice=/dev/c',
      {
        devices: [
          {host: '/dev/a', container: '/dev/b', permissions: 'r'},
          {host: '/dev/c', container: '/dev/c', permissions: 'rwm'},
        ],
      },
    ],
    [
      'AddHost=a:1.2.3.4\nDNS=1.1.1.1\nDNSSearch=x\nDNSOption=ndots:1',
      {extraHosts: ['a:1.2.3.4'], dns: ['1.1.1.1'], dnsSearch: ['x'], dnsOptions: ['ndots:1']},
    ],
    ['Label=a=b "c=d e" f\nAnnotation=g=h', {labels: {a: 'b', c: 'd e', f: ''}, annotations: {g: 'h'}}],
    ['Memory=512m\nPidsLimit=10\nShmSize=1g', {resources: {memoryBytes: 512 * 1024 ** 2, pidsLimit: 10, shmBytes: 1024 ** 3}}],
    ['ReadOnly=true\nReadOnlyTmpfs=false\nRunInit=yes', {readOnly: true, init: true}],
    [
      'ReadOnly=true\nTmpfs=/tmp:size=1m',
      {
        readOnly: true,
        mounts: [
          {type: 'tmpfs', target: '/tmp', readOnly: false, options: ['size=1m']},
          {type: 'tmpfs', target: '/run', readOnly: false, options: []},
          {type: 'tmpfs', target: '/var/tmp', readOnly: false, options: []},
        ],
      },
    ],
    ['StopSignal=SIGINT\nStopTimeout=20', {stopSignal: 'SIGINT', stopSeconds: 20}],
    ['Sysctl=a=1 b=2', {sysctls: {a: '1', b: '2'}}],
    ['LogDriver=journald\nLogOpt=tag=x', {log: {driver: 'journald', options: {tag: 'x'}}}],
    ['LogOpt=max-size=1m', {log: {driver: '', options: {'max-size': '1m'}}}],
    [
      'NoNewPrivileges=true\nSecurityLabelDisable=true\nSeccompProfile=unconfined',
      {securityOptions: ['no-new-privileges', 'seccomp=unconfined', 'label=disable']},
    ],
    ['UserNS=host', {userNamespace: 'host'}],
  ])('%j', (lines, expected) => {
    expect(read(lines)).toEqual({spec: {...base, ...expected}, problems: []})
  })

  test.each([
    ['PublishPorts=80', 'write PublishPort='],
    ['Enviroment=A=1', 'write Environment='],
    ['publishport=80', 'write PublishPort='],
    ['HealthComd=x', 'write HealthCmd='],
    ['Privileged=true', 'podman-systemd.unit(5)'],
    ['Image=Nginx', 'write nginx'],
    ['Image=web.image', "image's own name"],
    ['PodmanArgs=--privileged', 'ExecStart=docker run'],
    ['Secret=x', 'EnvironmentFile='],
    ['Pod=x.pod', 'MachineOf='],
    ['AutoUpdate=registry', 'Pull=always'],
    ['Rootfs=/x', 'Image='],
    ['Notify=true', 'Notify=healthy'],
    ['Group=5', 'write User='],
    ['Network=back.network', "write the network's name: back"],
    ['Network=a\nNetwork=b', 'keep one'],
    ['Volume=data.volume:/b', "write the volume's name: data"],
    ['Volume=./a:/b', 'write /path'],
    ['Volume=/a:b', 'write source:/target'],
    ['Volume=/a:/b:U', 'the options are'],
    ['PublishPort=http', 'write 8080:80'],
    ['PublishPort=1-3:80', 'write 8080:80'],
    ['PublishPort=99999:80', 'write 8080:80'],
    ['Mount=type=image,source=/x,target=/y', 'type=bind'],
    ['SeccompProfile=/x.json', 'unconfined'],
    ['UserNS=keep-id', 'UserNS=host'],
    ['Ulimit=host', 'nofile='],
    ['ReadOnly=perhaps', 'true or false'],
    ['HealthInterval=disable', 'write a time'],
    ['Pull=sometimes', 'always, missing or never'],
    ['Environment="A=1', 'close it'],
    ['EnvironmentFile=env', '/path'],
    ['AddDevice=x', '/dev/x'],
    ['LogDriver=k8s-file', 'json-file'],
    ['Memory=lots', '512m'],
  ])('%s is refused, with what to write', (lines, remedy) => {
    const errors = read(lines).problems.filter(({severity}) => severity === 'error')
    expect(errors).toEqual([expect.objectContaining({remedy: expect.stringContaining(remedy)})])
    expect(errors[0]?.line).toBe(2 + lines.split('\n').length)
  })

  test.each(['CgroupsMode=split', 'Retry=3', 'HealthMaxLogSize=1', 'HostName=%Y', 'Exec=$NO'])(
    '%s is told, and changes nothing else',
    lines => {
      expect(read(lines).problems).toMatchObject([{severity: 'warning', line: 3}])
    },
  )
})
