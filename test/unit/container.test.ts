import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import {containerKeys} from '../../src/lib/unit/quadlet/container-keys.ts'
import {parseContainer} from '../../src/lib/unit/quadlet/container-section.ts'
import {host} from './host.ts'

function read(lines: string, {placed = true, environment = {PORT: '80', OPTS: 'a b'}} = {}) {
  const problems = new ProblemList()
  const setting = {name: parseUnitName('web@3.service'), ...(placed ? {host} : {}), environment}
  const spec = parseContainer(parseUnitFile(`[Container]\nImage=nginx\n${lines}\n`).file, setting, problems)
  return {spec, problems: problems.all()}
}

const base = plainContainer('nginx')
const volume = (source: string, target: string, options: readonly string[] = []) => ({
  type: source.startsWith('/') ? 'bind' : 'volume',
  source,
  target,
  readOnly: false,
  options,
})
const scratch = (target: string, options: readonly string[] = []) => ({type: 'tmpfs', target, readOnly: false, options})

const understood: readonly (readonly [lines: string, spec: object])[] = [
  // What runs
  ['Image=nginx:1.27', {image: 'nginx:1.27'}],
  ['Image="nginx:1.27"', {image: 'nginx:1.27'}],
  [
    'Image=docker://quay.io/team/app@sha256:00000000000000000000000000000000',
    {image: `quay.io/team/app@sha256:${'0'.repeat(32)}`},
  ],
  ['Image=registry/app:%i', {image: 'registry/app:3'}],
  ['Exec=serve --port 80 "a b"', {command: ['serve', '--port', '80', 'a b']}],
  ['Exec=one\nExec=two', {command: ['two']}],
  ['Exec=one\nExec=', {}],
  ['Exec=-x $OPTS ${PORT}1 $$HOME %i', {command: ['-x', 'a', 'b', '801', '$HOME', '3']}],
  ['Entrypoint=/bin/sh', {entrypoint: ['/bin/sh']}],
  ['Entrypoint=top -b', {entrypoint: ['top -b']}],
  ['Entrypoint=["/bin/sh", "-c"]', {entrypoint: ['/bin/sh', '-c']}],
  ['Entrypoint=/bin/sh\nEntrypoint=', {entrypoint: ['']}],
  ['Environment=A=1 "B=2 3"\nEnvironment=C=%i$PORT', {environment: {A: '1', B: '2 3', C: '3$PORT'}}],
  ['Environment=PORT NONE', {environment: {PORT: '80'}}],
  ['Environment=P* A=${PORT}', {environment: {PORT: '80', A: '80'}}],
  ['Environment=A=1\nEnvironment=\nEnvironment=B=2', {environment: {B: '2'}}],
  [
    'EnvironmentFile=/etc/%p %h/x\nEnvironmentFile=-/etc/x',
    {
      environmentFiles: [
        {path: '/etc/web', optional: false},
        {path: '/root/x', optional: false},
        {path: '/etc/x', optional: true},
      ],
    },
  ],
  ['EnvironmentHost=false', {}],
  ['WorkingDir=/app', {workingDirectory: '/app'}],
  ['User=1000\nGroup=100\nGroupAdd=5', {user: '1000:100', groups: ['5']}],
  ['Group=100\nUser=app', {user: 'app:100'}],
  ['RunInit=yes', {init: true}],
  ['RunInit=off', {init: false}],
  ['Pull=always', {pull: 'always'}],
  ['Pull=newer', {pull: 'always'}],
  ['ContainerName=%p-%i\nHostName=%H', {name: 'web-3', hostname: 'one.example.com'}],
  ['ContainerName="a"b"', {name: 'a"b'}],
  ['Label=a=b "c=d e"\nLabel=f', {labels: {a: 'b', c: 'd e', f: ''}}],
  ['Annotation=g=h', {annotations: {g: 'h'}}],
  ['StopSignal=SIGINT\nStopTimeout=20', {stopSignal: 'SIGINT', stopSeconds: 20}],
  ['Timezone=local', {mounts: [{...volume('/etc/localtime', '/etc/localtime'), readOnly: true}]}],
  ['ServiceName=web@', {}],

  // Its network
  ['Network=host', {network: {mode: 'host', aliases: []}}],
  ['Network=private', {}],
  ['Network=back:alias=db,ip=10.0.0.2\nNetworkAlias=x', {network: {mode: 'back', aliases: ['db', 'x'], ipv4: '10.0.0.2'}}],
  [
    'Network=back:ip6=fd00::2,mac=02:42:ac:11:00:02',
    {network: {mode: 'back', aliases: [], ipv6: 'fd00::2', macAddress: '02:42:ac:11:00:02'}},
  ],
  ['Network=a\nNetwork=b:alias=x', {network: {mode: 'a', aliases: []}, furtherNetworks: [{mode: 'b', aliases: ['x']}]}],
  ['Network=container:web', {network: {mode: 'container:web', aliases: []}}],
  ['Network=back\nIP=10.0.0.2\nIP6=fd00::2', {network: {mode: 'back', aliases: [], ipv4: '10.0.0.2', ipv6: 'fd00::2'}}],
  ['PublishPort=8080:80', {ports: [{hostPort: 8080, containerPort: 80, protocol: 'tcp'}]}],
  ['PublishPort=808%i:80/udp', {ports: [{hostPort: 8083, containerPort: 80, protocol: 'udp'}]}],
  ['PublishPort=${PORT}:${PORT}', {ports: [{hostPort: 80, containerPort: 80, protocol: 'tcp'}]}],
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
  ['AddHost=a:1.2.3.4\nAddHost=b;c:host-gateway', {extraHosts: ['a:1.2.3.4', 'b:host-gateway', 'c:host-gateway']}],
  ['DNS=1.1.1.1\nDNSSearch=.\nDNSOption=ndots:1', {dns: ['1.1.1.1'], dnsSearch: ['.'], dnsOptions: ['ndots:1']}],
  ['HttpProxy=false', {}],

  // Its files
  ['Volume=/a:/b:ro,z', {mounts: [{...volume('/a', '/b', ['z']), readOnly: true}]}],
  ['Volume=/a:/b:rbind,exec,rw', {mounts: [volume('/a', '/b')]}],
  ['Volume=data-%i:/b', {mounts: [volume('data-3', '/b')]}],
  ['Volume=/b\nVolume=:/c', {mounts: ['/b', '/c'].map(target => ({type: 'volume', target, readOnly: false, options: []}))}],
  ['Volume=/a:/b\nVolume=\nVolume=%h/c:/d', {mounts: [volume('/root/c', '/d')]}],
  ['Mount=type=bind,source=/a,target=/b,readonly', {mounts: [{...volume('/a', '/b'), readOnly: true}]}],
  ['Mount="type=bind,src=/a b,dst=/b,relabel=shared,rw=true"', {mounts: [volume('/a b', '/b', ['z'])]}],
  ['Mount=type=volume,source=data,destination=/b,rw=false', {mounts: [{...volume('data', '/b'), readOnly: true}]}],
  ['Mount=type=tmpfs,dst=/b,size=1m,tmpfs-mode=1777', {mounts: [scratch('/b', ['size=1m', 'mode=1777'])]}],
  ['Tmpfs=/run:size=64m,notmpcopyup', {mounts: [scratch('/run', ['size=64m'])]}],
  ['ReadOnly=true\nReadOnlyTmpfs=no', {readOnly: true}],
  [
    'ReadOnly=true\nTmpfs=/tmp:size=1m',
    {readOnly: true, mounts: [scratch('/tmp', ['size=1m']), scratch('/run'), scratch('/var/tmp')]},
  ],
  ['ReadOnlyTmpfs=true', {}],
  ['VolatileTmp=true', {mounts: [scratch('/tmp', ['size=512M', 'mode=1777'])]}],
  ['VolatileTmp=true\nReadOnly=1', {readOnly: true, mounts: [scratch('/run'), scratch('/tmp'), scratch('/var/tmp')]}],
  ['ImageVolume=anonymous', {}],
  [
    'AddDevice=/dev/a:/dev/b:r -/dev/c\nAddDevice=/dev/d:rw',
    {
      devices: [
        {host: '/dev/a', container: '/dev/b', permissions: 'r'},
        {host: '/dev/c', container: '/dev/c', permissions: 'rwm', optional: true},
        {host: '/dev/d', container: '/dev/d', permissions: 'rw'},
      ],
    },
  ],

  // Its limits and its log
  ['Memory=512m\nPidsLimit=10\nShmSize=1g', {resources: {memoryBytes: 512 * 1024 ** 2, pidsLimit: 10, shmBytes: 1024 ** 3}}],
  [
    'Ulimit=nofile=1000:2000\nUlimit=core=-1',
    {
      ulimits: [
        {name: 'nofile', soft: 1000, hard: 2000},
        {name: 'core', soft: -1, hard: -1},
      ],
    },
  ],
  ['Sysctl=a=1 "b=2 3"', {sysctls: {a: '1', b: '2 3'}}],
  ['LogDriver=journald\nLogOpt=tag=x "env=a b"', {log: {driver: 'journald', options: {tag: 'x', env: 'a b'}}}],
  ['LogOpt=tag=a\\tb', {log: {driver: '', options: {tag: 'a\\tb'}}}],

  // Its health
  [
    'HealthCmd=curl localhost || exit 1\nHealthInterval=1m30s\nHealthTimeout=500ms\nHealthRetries=4\nHealthStartPeriod=5s\nNotify=Healthy',
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
  ['HealthCmd="a "b" c"', {health: {test: ['CMD-SHELL', 'a "b" c']}}],
  ['HealthCmd=sh -c "a $PORT ${PORT} $$X"', {health: {test: ['CMD-SHELL', 'sh -c "a $PORT 80 $X"']}}],
  ['HealthCmd=none\nHealthOnFailure=none\nNotify=no', {health: {test: ['NONE']}}],
  ['HealthCmd=["curl", "x"]', {health: {test: ['CMD', 'curl', 'x']}}],
  ['HealthCmd=["CMD-SHELL", "x"]', {health: {test: ['CMD-SHELL', 'x']}}],

  // What it may do
  ['AddCapability=CAP_A CAP_B\nDropCapability=all', {capAdd: ['CAP_A', 'CAP_B'], capDrop: ['ALL']}],
  [
    'NoNewPrivileges=true\nSecurityLabelDisable=true\nSeccompProfile=unconfined',
    {securityOptions: ['no-new-privileges', 'seccomp=unconfined', 'label=disable']},
  ],
  ['SeccompProfile=/etc/profile.json', {seccompFile: '/etc/profile.json'}],
  [
    'SecurityLabelType=spc_t\nSecurityLabelLevel=s0:c1,c2\nAppArmor=mine\nSecurityLabelNested=no',
    {securityOptions: ['label=type:spc_t', 'label=level:s0:c1,c2', 'apparmor=mine']},
  ],
  ['Unmask=all', {securityOptions: ['systempaths=unconfined']}],
  ['UserNS=host', {userNamespace: 'host'}],
  ['Umask=0022', {}],

  // What podman run would have been told besides
  ['PodmanArgs=--privileged --cpus=2 "--memory" 1g', {privileged: true, resources: {cpus: 2, memoryBytes: 1024 ** 3}}],
  ['PodmanArgs=--cpus\nPodmanArgs=${PORT}\nPodmanArgs=--replace', {resources: {cpus: 80}}],
  [
    'PodmanArgs=-v /a:/b:rbind --device -/dev/x',
    {mounts: [volume('/a', '/b')], devices: [expect.objectContaining({optional: true})]},
  ],
  ['PodmanArgs=--security-opt unmask=ALL --tz=local', expect.objectContaining({securityOptions: ['systempaths=unconfined']})],
  ['PodmanArgs=--retry 3 --sdnotify=conmon', {}],
]

const refused: readonly (readonly [lines: string, remedy: string])[] = [
  ['PublishPorts=80', 'write PublishPort='],
  ['Enviroment=A=1', 'write Environment='],
  ['publishport=80', 'write PublishPort='],
  ['HealthComd=x', 'write HealthCmd='],
  ['PodmanArg=x', 'write PodmanArgs='],
  ['Privileged=true', 'podman-systemd.unit(5)'],
  ['Image=Nginx', 'write nginx'],
  ['Image=web.image', "image's own name"],
  ['Image=web.build', "image's own name"],
  ['Image=oci-archive:/x.tar', "image's name in a registry"],
  ['EnvironmentHost=true', 'EnvironmentFile='],
  ['EnvironmentFile=env', 'write the /path'],
  ['EnvironmentFile=-./env', 'write the /path'],
  ['Environment="A=1', 'close it'],
  ['GroupAdd=keep-groups', 'name the groups'],
  ['Group=5', 'write User='],
  ['Pull=sometimes', 'always, missing or never'],
  ['Timezone=Europe/Berlin', 'TZ=Europe/Berlin'],
  ['ServiceName=db', 'name it db.service'],
  ['Network=back.network', "write the network's name: back"],
  ['Network=db.container', 'MachineOf=db.service'],
  ['Network=pasta:-t,80', 'host, none, bridge'],
  ['Network=back:mode=x', 'alias='],
  ['Network=host\nNetwork=b', 'keep one'],
  ['IP=10.0.0.2', 'write Network='],
  ['IP6=fd00::2', 'write Network='],
  ['AddHost=a', 'name:10.0.0.2'],
  ['DNS=none', 'name a server'],
  ['Volume=data.volume:/b', "write the volume's name: data"],
  ['Volume=./a:/b', 'write the /path'],
  ['Volume=/a:b', 'write source:/target'],
  ['Volume=/a:/b:U', 'user that the container runs as'],
  ['Volume=/a:/b:O', 'write ro'],
  ['Volume=/a:/b:noexec', 'take it away'],
  ['Volume=/a:/b:idmap=x', 'take it away'],
  ['PublishPort=http', 'write 8080:80'],
  ['PublishPort=1-3:80-81', 'write 8080:80'],
  ['PublishPort=99999:80', 'write 8080:80'],
  ['Mount=type=image,source=/x,target=/y', 'Volume='],
  ['Mount=type=glob,source=/x*,target=/y', 'Volume='],
  ['Mount=type=bind,source=./x,target=/y', 'write the /path'],
  ['Mount=type=volume,source=data.volume,target=/y', "write the volume's name: data"],
  ['Mount=type=bind,src=/a,dst=/b,U=true', 'the fields are'],
  ['Tmpfs=/x:tmpcopyup', 'Volume='],
  ['ImageVolume=ignore', 'Tmpfs='],
  ['AddDevice=x', '/dev/x'],
  ['Rootfs=/x', 'Image='],
  ['Secret=x', 'EnvironmentFile='],
  ['Pod=x.pod', 'MachineOf='],
  ['Memory=lots', '512m'],
  ['Ulimit=host', 'nofile='],
  ['ReadOnly=perhaps', 'true or false'],
  ['LogDriver=k8s-file', 'json-file'],
  ['HealthInterval=disable', 'HealthCmd=none'],
  ['HealthTimeout=soon', 'write a time'],
  ['HealthOnFailure=panic', 'none, kill, stop or restart'],
  ['HealthStartupCmd=x', 'HealthStartPeriod='],
  ['HealthStartupInterval=1m', 'HealthStartPeriod='],
  ['HealthStartupRetries=1', 'HealthStartPeriod='],
  ['HealthStartupSuccess=1', 'HealthStartPeriod='],
  ['HealthStartupTimeout=1m', 'HealthStartPeriod='],
  ['Notify=true', 'Notify=healthy'],
  ['SeccompProfile=x.json', 'unconfined'],
  ['SecurityLabelNested=true', 'SecurityLabelDisable='],
  ['SecurityLabelFileType=usr_t', 'SecurityLabelType='],
  ['Mask=/proc/x', 'Tmpfs='],
  ['Unmask=/proc/x', 'Unmask=ALL'],
  ['UserNS=keep-id:uid=200', 'UserNS=host'],
  ['Umask=0077', 'umask 0077'],
  ['UIDMap=0:1:2', 'userns-remap'],
  ['GIDMap=0:1:2', 'userns-remap'],
  ['SubUIDMap=x', 'userns-remap'],
  ['SubGIDMap=x', 'userns-remap'],
  ['RemapUsers=auto', 'userns-remap'],
  ['RemapUid=0', 'userns-remap'],
  ['RemapGid=0', 'userns-remap'],
  ['RemapUidSize=0', 'userns-remap'],
  ['ContainersConfModule=/x', 'the keys'],
  ['GlobalArgs=--log-level=debug', 'take it away'],
  ['PodmanArgs=--foo', 'write the key for it'],
  ['PodmanArgs=--privileged sh', 'Exec='],
  ['PodmanArgs=--userns=keep-id', 'UserNS=host'],
  ['PodmanArgs=--uidmap 0:1:2', 'userns-remap'],
  ['PodmanArgs=--security-opt mask=/x', 'Tmpfs='],
  ['PodmanArgs=--restart=always', 'Restart='],
  ['PodmanArgs="--cpus=2', 'close it'],
]

/** What is told, and the container it leaves. */
const warned: readonly (readonly [lines: string, told: string, spec?: object])[] = [
  ['CgroupsMode=split', 'one mode'],
  ['Retry=3', 'tried again'],
  ['RetryDelay=3s', 'tried again'],
  ['HealthMaxLogSize=1', 'its own log'],
  ['HealthMaxLogCount=1', 'its own log'],
  ['HealthLogDestination=local', 'its own log'],
  ['StartWithPod=true', 'no pods'],
  ['ReloadCmd=nginx -s reload', 'ctl restart'],
  ['ReloadSignal=SIGHUP', 'ctl restart'],
  ['HttpProxy=true', 'proxies'],
  ['AutoUpdate=registry', 'label', {labels: {'io.containers.autoupdate': 'registry'}}],
  ['NetworkAlias=x', 'no effect in the network bridge', {network: {mode: 'bridge', aliases: ['x']}}],
  ['HostName=%Y', "'%Y'", {hostname: '%Y'}],
  ['Exec=$NO', '$NO has no value'],
  ['Environment=A=${NO}', '$NO has no value', {environment: {A: ''}}],
  ['Label=a=Host(`x`) && b', "'&&' is an entry of its own", {labels: {a: 'Host(`x`)', '&&': '', b: ''}}],
]

describe('[Container]', () => {
  test.each(understood)('%j', (lines, expected) => {
    const {spec, problems} = read(lines)
    expect(problems).toEqual([])
    expect(spec).toEqual(expected.constructor === Object ? {...base, ...expected} : expected)
  })

  test.each(refused)('%s is refused, with what to write', (lines, remedy) => {
    const errors = read(lines).problems.filter(({severity}) => severity === 'error')
    expect(errors).toEqual([expect.objectContaining({remedy: expect.stringContaining(remedy)})])
    expect(errors[0]?.line).toBe(2 + lines.split('\n').length)
  })

  test.each(warned.map(([lines, told, spec = {}]) => ({lines, told, expected: spec})))(
    '$lines is told',
    ({lines, told, expected}) => {
      const {spec, problems} = read(lines)
      expect(problems).toMatchObject([{severity: 'warning', line: 3, message: expect.stringContaining(told)}])
      expect(spec).toEqual({...base, ...expected})
    },
  )

  test('every key has a case', () => {
    const tried = [...understood, ...refused, ...warned].flatMap(([lines]) =>
      lines.split('\n').map(line => line.replace(/=.*/, '')),
    )
    expect(Object.keys(containerKeys).filter(key => !tried.includes(key))).toEqual([])
  })

  test.each(['PublishPort=${NO}:80', 'Volume=${NO}:/x', 'StopTimeout=${NO}', 'Image=${NO}', 'PodmanArgs=--cpus=${NO}'])(
    'before the machine is known, %s may yet be right',
    lines => {
      expect(read(lines, {placed: false}).problems).toEqual([])
    },
  )

  test('without an image there is one error, be there a root file system or not', () => {
    const errors = (text: string) => {
      const problems = new ProblemList()
      parseContainer(parseUnitFile(text).file, {name: parseUnitName('web.service'), environment: {}}, problems)
      return problems.all().map(({key}) => key)
    }
    expect(errors('[Container]\nExec=x')).toEqual(['[Container] Image'])
    expect(errors('[Container]\nRootfs=/x')).toEqual(['[Container] Rootfs'])
  })

  test.each<[lines: string, problems: readonly unknown[]]>([
    ['DefaultDependencies=false', []],
    ['DefaultDependencies=perhaps', [expect.objectContaining({line: 4, remedy: 'write true or false'})]],
    ['DefaultDependency=false', [expect.objectContaining({line: 4, severity: 'error', key: '[Quadlet] DefaultDependency'})]],
  ])('[Quadlet] %s', (lines, expected) => {
    const {problems} = read(`[Quadlet]\n${lines}`)
    expect(problems).toEqual(expected)
  })

  test('any value of any key is a container or a problem with its line', () => {
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[-a-z0-9/:=,.%${}"' \\[\]]{0,20}$/))
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(containerKeys), 'PodmanArgs', 'ServiceName'),
        value,
        fc.boolean(),
        (key, text, placed) => {
          const {spec, problems} = read(`${key}=${text.replaceAll(/[\r\n\0]/g, '')}`, {placed})
          if (!problems.some(({severity}) => severity === 'error')) expect(spec).toBeDefined()
          // An empty Image= takes the image back: it is the section that lacks it then.
          for (const {line, message} of problems) expect(line).toBe(message === 'is missing' ? 1 : 3)
        },
      ),
    )
  })
})
