import {describe, expect, test} from 'vitest'
import type {ContainerSpec} from '../../src/lib/unit/container/container-spec.ts'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import {host} from './host.ts'

/**
 * What Podman's own tests of Quadlet say of `.container` files, case by case in our words: the container that comes of it,
 * or the words of the refusal or the warning. Lines without a section belong to [Container] beside an image.
 */
type Case = readonly [name: string, lines: string, outcome: Outcome]
type Outcome =
  | {readonly spec: object; readonly told?: never; readonly refused?: never}
  | {readonly told: string; readonly spec?: object; readonly refused?: never}
  | {readonly refused: string; readonly spec?: never; readonly told?: never}

const cases: readonly Case[] = [
  // Text and words
  ['nothing but an image', '', {spec: {image: 'localhost/app', pull: 'missing', command: []}}],
  ['values in double quotes lose them, inner ones stay', 'ContainerName="Remove"Quotes"', {spec: {name: 'Remove"Quotes'}}],
  [
    'escapes in a command, octal ones too',
    'Exec=/bin/x "an arg" "a;b\\nc\\td\'e" a;b\\nc \'a"b\' \'\\110ello\'',
    {spec: {command: ['/bin/x', 'an arg', "a;b\nc\td'e", 'a;b\nc', 'a"b', 'Hello']}},
  ],
  ['a command over two lines', 'Exec=/bin/x --arg \\\n  "arg 2"', {spec: {command: ['/bin/x', '--arg', 'arg 2']}}],
  ['comments, also between continued lines', '# Exec=no\n; Exec=no\nExec=a \\\n# between\nb', {spec: {command: ['a', 'b']}}],
  ['a blank behind the backslash', 'Exec=/bin/x \\ \n  "arg 2"', {told: 'backslash', spec: {command: ['/bin/x', 'arg 2']}}],
  ['an escape that is none stays', 'Exec=grep \\d+', {spec: {command: ['grep', '\\d+']}}],
  ['an escape that is none stays in labels, too', 'Label=a=\\d', {spec: {labels: {a: '\\d'}}}],
  ['an empty line after a continuation, and no image', '[Container]\nExec=true \\\n\n# more', {refused: 'write Image='}],

  // Images
  ['no image', '[Container]\nExec=true', {refused: 'write Image='}],
  ['a root file system', '[Container]\nRootfs=/var/lib/x', {refused: 'write Image='}],
  ['a short name', '[Container]\nImage=short', {spec: {image: 'short'}}],
  ['a build with several tags', '[Container]\nImage=tags.build', {refused: "the image's own name"}],
  ['the volumes of an image as tmpfs', 'ImageVolume=tmpfs', {refused: 'Tmpfs='}],
  ['never pulled', 'Pull=never', {spec: {pull: 'never'}}],
  ['pulls tried again', 'Retry=5', {told: 'tried again'}],
  ['the delay between them', 'RetryDelay=5s', {told: 'tried again'}],
  ['updates', 'AutoUpdate=registry', {told: 'nothing here updates', spec: {labels: {'io.containers.autoupdate': 'registry'}}}],

  // The process
  ['an entry point is one word', 'Entrypoint=top -b', {spec: {entrypoint: ['top -b']}}],
  ['an empty entry point takes the image’s away', 'Entrypoint=', {spec: {entrypoint: ['']}}],
  [
    'variables: quotes, several a line, the last one counts, one without a value',
    'Environment=A=1 "B=2 " \\\n  C=3 D=4\nEnvironment=D=5 \'E=f\\nf\' NONE',
    {told: "'NONE' is an entry of its own", spec: {environment: {A: '1', B: '2 ', C: '3', D: '5', E: 'f\nf'}}},
  ],
  ['files of variables', 'EnvironmentFile=/a\nEnvironmentFile=%h/b', {spec: {environmentFiles: [file('/a'), file('/root/b')]}}],
  ['a file of variables beside the unit file', 'EnvironmentFile=rel', {refused: 'beside the unit file'}],
  ['a file of variables that may be missing', 'EnvironmentFile=-/a', {spec: {environmentFiles: [file('/a', true)]}}],
  ['the host’s variables', 'EnvironmentHost=yes', {refused: 'EnvironmentFile='}],
  ['not the host’s variables', 'EnvironmentHost=no', {spec: {environment: {}}}],
  ['a user', 'User=foo', {spec: {user: 'foo'}}],
  ['a user and a group', 'User=foo\nGroup=bar', {spec: {user: 'foo:bar'}}],
  ['a group without a user', 'Group=1000', {refused: 'stands without User='}],
  ['groups', 'GroupAdd=audio\nGroupAdd=video', {spec: {groups: ['audio', 'video']}}],
  ['the groups of who starts it', 'GroupAdd=keep-groups', {refused: 'name the groups'}],
  ['a directory', 'WorkingDir=/etc', {spec: {workingDirectory: '/etc'}}],
  ['an umask', 'Umask=0077', {refused: 'umask 0077'}],
  ['an init', 'RunInit=yes', {spec: {init: true}}],
  ['a signal', 'StopSignal=SIGINT', {spec: {stopSignal: 'SIGINT'}}],
  ['a grace', 'StopTimeout=20', {spec: {stopSeconds: 20}}],
  ['a time zone', 'Timezone=foo', {refused: 'TZ=foo'}],
  ['the machine’s time zone', 'Timezone=local', {spec: {mounts: [expect.objectContaining({target: '/etc/localtime'})]}}],
  ['a name', 'ContainerName=mine', {spec: {name: 'mine'}}],
  ['a host name', 'HostName=example.com', {spec: {hostname: 'example.com'}}],
  ['labels', 'Label=a.b=1 "c=2 3" \\\n  d=4\nLabel=e=5', {spec: {labels: {'a.b': '1', c: '2 3', d: '4', e: '5'}}}],
  ['annotations', 'Annotation=a.b=1 "c=2 3"', {spec: {annotations: {'a.b': '1', c: '2 3'}}}],

  // The network
  ['the host’s network', 'Network=host', {spec: {network: {mode: 'host', aliases: []}}}],
  ['a network of Quadlet’s', 'Network=basic.network', {refused: "the network's name: basic"}],
  ['the same with options', 'Network=basic.network:ip=10.0.0.1', {refused: "the network's name: basic"}],
  ['the network of a container of Quadlet’s', 'Network=basic.container', {refused: 'MachineOf=basic.service'}],
  ['an instance of a network’s template', 'Network=net@%i.network', {refused: "the network's name: net@3"}],
  ['aliases in the default network', 'NetworkAlias=a\nNetworkAlias=b', {told: 'no effect'}],
  ['aliases in a network', 'Network=n\nNetworkAlias=a', {spec: {network: {mode: 'n', aliases: ['a']}}}],
  ['addresses in the default network', 'IP=10.88.64.128', {refused: 'write Network='}],
  [
    'addresses in a network',
    'Network=n\nIP=10.88.64.128\nIP6=fd46::10',
    {spec: {network: {mode: 'n', aliases: [], ipv4: '10.88.64.128', ipv6: 'fd46::10'}}},
  ],
  ['hosts', 'AddHost=a:10.0.0.1\nAddHost=b:10.0.0.2', {spec: {extraHosts: ['a:10.0.0.1', 'b:10.0.0.2']}}],
  ['servers of names', 'DNS=8.7.7.7\nDNS=8.8.8.8', {spec: {dns: ['8.7.7.7', '8.8.8.8']}}],
  ['options for names', 'DNSOption=ndots:1', {spec: {dnsOptions: ['ndots:1']}}],
  ['domains to search', 'DNSSearch=foo.com\nDNSSearch=bar.com', {spec: {dnsSearch: ['foo.com', 'bar.com']}}],
  ['proxies', 'HttpProxy=true', {told: 'proxies'}],
  ['no proxies', 'HttpProxy=false', {spec: {environment: {}}}],
  [
    'exposed ports',
    'ExposeHostPort=1000\nExposeHostPort=2000-2001/udp',
    {spec: {exposedPorts: ['1000/tcp', '2000/udp', '2001/udp']}},
  ],
  ['a port of one address', 'PublishPort=127.0.0.1:80:90', {spec: {ports: [port(90, {hostAddress: '127.0.0.1', hostPort: 80})]}}],
  ['an empty address', 'PublishPort=:80:92', {spec: {ports: [port(92, {hostPort: 80})]}}],
  ['any port of one address', 'PublishPort=0.0.0.0::94', {spec: {ports: [port(94, {hostAddress: '0.0.0.0'})]}}],
  ['any port, two colons', 'PublishPort=::95', {spec: {ports: [port(95)]}}],
  ['any port', 'PublishPort=97/udp', {spec: {ports: [port(97, {protocol: 'udp'})]}}],
  [
    'a port of an IPv6 address',
    'PublishPort=[2001:DB8::23]:80:91',
    {spec: {ports: [port(91, {hostAddress: '2001:DB8::23', hostPort: 80})]}},
  ],
  ['any port of an IPv6 address', 'PublishPort=[::]::94', {spec: {ports: [port(94, {hostAddress: '::'})]}}],
  [
    'ports from variables of the service',
    'PublishPort=${P}:${P}\n[Service]\nEnvironment=P=81',
    {spec: {ports: [port(81, {hostPort: 81})]}},
  ],

  // The files
  ['a directory of the machine', 'Volume=/host/x:/y', {spec: {mounts: [mount('bind', '/host/x', '/y')]}}],
  ['with a label of SELinux', 'Volume=/host/x:/y:Z', {spec: {mounts: [mount('bind', '/host/x', '/y', ['Z'])]}}],
  ['a directory beside the unit file', 'Volume=./x:/y', {refused: 'beside the unit file'}],
  ['an anonymous volume', 'Volume=/y', {spec: {mounts: [{type: 'volume', target: '/y', readOnly: false, options: []}]}}],
  ['a volume', 'Volume=named:/y', {spec: {mounts: [mount('volume', 'named', '/y')]}}],
  ['a volume of Quadlet’s', 'Volume=q.volume:/y', {refused: "the volume's name: q"}],
  ['an instance of a volume’s template', 'Volume=q@%i.volume:/y', {refused: "the volume's name: q@3"}],
  ['a mount', 'Mount=type=bind,source=/x,destination=/y', {spec: {mounts: [mount('bind', '/x', '/y')]}}],
  ['a mount with a label', 'Mount=type=bind,src=/x,dst=/y,relabel=shared', {spec: {mounts: [mount('bind', '/x', '/y', ['z'])]}}],
  ['a mount that changes the owner', 'Mount=type=bind,src=/x,dst=/y,U=true', {refused: "'U' is no field"}],
  [
    'a volume that is only read',
    'Mount=type=volume,source=v,destination=/y,ro',
    {spec: {mounts: [{...mount('volume', 'v', '/y'), readOnly: true}]}},
  ],
  ['a mount of a volume of Quadlet’s', 'Mount=type=volume,source=v.volume,destination=/y', {refused: "the volume's name: v"}],
  ['a tmpfs with a size', 'Mount=type=tmpfs,tmpfs-size=512M,destination=/y', {spec: {mounts: [tmpfs('/y', ['size=512M'])]}}],
  ['a mount of an image', 'Mount=type=image,source=fedora,destination=/y,rw=true', {refused: 'type image'}],
  ['a mount of an image without a source', 'Mount=type=image,destination=/y', {refused: 'type image'}],
  ['a mount of an artifact', 'Mount=type=artifact,source=x.artifact,destination=/y', {refused: 'type artifact'}],
  ['pseudo terminals', 'Mount=type=devpts,destination=/dev/pts', {refused: 'type devpts'}],
  ['a mount beside the unit file', 'Mount=type=bind,source=./x,destination=/y', {refused: 'beside the unit file'}],
  ['a mount that is none', 'Mount=/etc/x.container', {refused: 'is no field'}],
  ['read only', 'ReadOnly=yes', {spec: {readOnly: true, mounts: [tmpfs('/run'), tmpfs('/tmp'), tmpfs('/var/tmp')]}}],
  [
    'read only with scratch asked for',
    'ReadOnly=yes\nReadOnlyTmpfs=yes',
    {spec: {readOnly: true, mounts: [tmpfs('/run'), tmpfs('/tmp'), tmpfs('/var/tmp')]}},
  ],
  ['read only without scratch', 'ReadOnly=yes\nReadOnlyTmpfs=no', {spec: {readOnly: true, mounts: []}}],
  ['not read only, and no scratch', 'ReadOnly=no\nReadOnlyTmpfs=no', {spec: {readOnly: false, mounts: []}}],
  ['the old scratch', 'VolatileTmp=yes', {spec: {mounts: [tmpfs('/tmp', ['size=512M', 'mode=1777'])]}}],
  [
    'the old scratch, read only',
    'VolatileTmp=yes\nReadOnly=yes',
    {spec: {mounts: [tmpfs('/run'), tmpfs('/tmp'), tmpfs('/var/tmp')]}},
  ],
  [
    'devices, of which some may be missing',
    'AddDevice=/dev/fuse\nAddDevice=/dev/loop0:r\nAddDevice=-/dev/null:/dev/test',
    {
      spec: {
        devices: [
          device('/dev/fuse'),
          {...device('/dev/loop0'), permissions: 'r'},
          {...device('/dev/null', '/dev/test'), optional: true},
        ],
      },
    },
  ],
  ['secrets', 'Secret=mysecret', {refused: 'no store of secrets'}],
  ['secrets as variables', 'Secret=source=mysecret,type=env,target=S', {refused: 'no store of secrets'}],

  // Limits and rights
  ['memory', 'Memory=8192M', {spec: {resources: {memoryBytes: 8192 * 1024 ** 2}}}],
  ['processes', 'PidsLimit=100', {spec: {resources: {pidsLimit: 100}}}],
  ['shared memory', 'ShmSize=5g', {spec: {resources: {shmBytes: 5 * 1024 ** 3}}}],
  ['limits', 'Ulimit=nofile=1000:10000', {spec: {ulimits: [{name: 'nofile', soft: 1000, hard: 10_000}]}}],
  ['kernel parameters, several a line', 'Sysctl=a=1 b=2\nSysctl=c=3', {spec: {sysctls: {a: '1', b: '2', c: '3'}}}],
  [
    'capabilities',
    'DropCapability=CAP_A CAP_B\nDropCapability=CAP_C\nAddCapability=CAP_A',
    {spec: {capDrop: ['CAP_A', 'CAP_B', 'CAP_C'], capAdd: ['CAP_A']}},
  ],
  ['all capabilities, then some', 'DropCapability=ALL\nAddCapability=CAP_A', {spec: {capDrop: ['ALL'], capAdd: ['CAP_A']}}],
  ['a filter of system calls', 'SeccompProfile=unconfined', {spec: {securityOptions: ['seccomp=unconfined']}}],
  ['no labels of SELinux', 'SecurityLabelDisable=true', {spec: {securityOptions: ['label=disable']}}],
  ['nested labels of SELinux', 'SecurityLabelNested=true', {refused: 'SecurityLabelDisable='}],
  [
    'types and levels of SELinux',
    'SecurityLabelType=t\nSecurityLabelLevel=s0:c1',
    {spec: {securityOptions: ['label=type:t', 'label=level:s0:c1']}},
  ],
  ['file types of SELinux', 'SecurityLabelFileType=t', {refused: 'labels no files'}],
  ['AppArmor', 'AppArmor=custom', {spec: {securityOptions: ['apparmor=custom']}}],
  ['masked paths', 'Mask=/proc/sys/foo:/proc/sys/bar', {refused: 'its own choice'}],
  ['unmasked paths', 'Unmask=/proc/sys/foo:/proc/sys/bar', {refused: 'Unmask=ALL'}],
  ['all paths unmasked', 'Unmask=all', {spec: {securityOptions: ['systempaths=unconfined']}}],
  ['maps of users', 'UIDMap=0:10000:10', {refused: 'userns-remap'}],
  ['maps of users by name', 'SubUIDMap=u', {refused: 'userns-remap'}],
  ['no old maps', 'RemapUsers=', {refused: 'userns-remap'}],
  ['old maps', 'RemapUsers=keep-id', {refused: 'userns-remap'}],
  ['a user of one’s own', 'UserNS=keep-id:uid=200,gid=210', {refused: 'UserNS=host'}],
  ['modes of cgroups', 'CgroupsMode=no-conmon', {told: 'one mode'}],

  // Log and health
  ['where the log goes', 'LogDriver=journald', {spec: {log: {driver: 'journald', options: {}}}}],
  [
    'options of the log',
    'LogOpt=tag="{{.ImageName}}"\nLogOpt=a=b=c',
    {spec: {log: {driver: '', options: {tag: '{{.ImageName}}', a: 'b=c'}}}},
  ],
  [
    'a health check in a shell’s quotes',
    'HealthCmd=/bin/sh -c "echo \'hello world!\'"',
    {spec: {health: {test: ['CMD-SHELL', '/bin/sh -c "echo \'hello world!\'"']}}},
  ],
  [
    'times of the health check',
    'HealthCmd=x\nHealthInterval=1m\nHealthRetries=9\nHealthStartPeriod=2m3s\nHealthTimeout=20s',
    {spec: {health: {test: ['CMD-SHELL', 'x'], intervalSeconds: 60, retries: 9, startPeriodSeconds: 123, timeoutSeconds: 20}}},
  ],
  ['what follows from bad health', 'HealthOnFailure=stop', {spec: {onUnhealthy: 'stop'}}],
  ['a check of the start', 'HealthStartupCmd=\'["hello", world]\'', {refused: 'HealthStartPeriod='}],
  ['active once it says so', 'Notify=yes', {refused: 'Notify=healthy'}],
  ['active once it is healthy', 'Notify=healthy', {spec: {activeWhenHealthy: true}}],

  // Podman’s own
  ['arguments of Podman that Docker lacks', 'PodmanArgs="--foo" \\\n  --bar\nPodmanArgs=--also', {refused: "'--foo'"}],
  [
    'arguments of Podman that Docker has',
    'PodmanArgs="--privileged" \\\n  --cpu-shares 5',
    {spec: {privileged: true, resources: {cpuShares: 5}}},
  ],
  ['arguments before run', 'GlobalArgs=--foo', {refused: 'take it away'}],
  ['modules of its configuration', 'ContainersConfModule=/etc/x.conf', {refused: 'the keys'}],
  ['a pod of Quadlet’s', 'Pod=x.pod', {refused: 'no pods'}],
  ['a pod of another’s', 'Pod=x', {refused: 'no pods'}],
  ['a pod named after the unit', 'Pod=%N.pod', {refused: 'no pods'}],
  ['a container that its pod does not start', 'StartWithPod=no', {told: 'no pods'}],
  ['a command for reloading', 'ReloadCmd=/bin/x', {told: 'not reloaded'}],
  ['a signal for reloading', 'ReloadSignal=SIGHUP', {told: 'not reloaded'}],
  ['a key that is none', 'BOGUS=foo', {refused: 'podman-systemd.unit(5)'}],

  // Other sections
  ['one that runs once', '[Service]\nType=oneshot\nRemainAfterExit=yes', {spec: {}}],
  ['one that is notified', '[Service]\nType=notify\nKillMode=mixed\nSyslogIdentifier=x', {spec: {}}],
  ['what else is in [Unit]', '[Unit]\nFoo=bar1\nFoo=bar2', {told: 'unknown key'}],
  ['dependencies on Quadlet’s files', '[Unit]\nAfter=a.build b.container c.network\nRequires=b.container', {spec: {}}],
  ['dependencies after the network', '[Unit]\nAfter=network.target\nWants=other.target', {spec: {}}],
  ['no dependency on the network', '[Quadlet]\nDefaultDependencies=no', {spec: {}}],
  ['where it is installed', '[Install]\nAlias=a.service \\\n  "b.service"\nWantedBy=c.service\nRequiredBy=d.service', {spec: {}}],
  ['the instance of a template that is installed', '[Install]\nWantedBy=c.service\nDefaultInstance=default', {spec: {}}],
  ['a user of the service', '[Service]\nUser=foo', {told: 'no effect on a container'}],
  ['a group of the service', '[Service]\nGroup=foo', {told: 'no effect on a container'}],
  ['a name for the service', 'ServiceName=db', {refused: 'names db.service'}],
  ['its own name for the service', 'ServiceName=web@', {spec: {}}],
]

describe.each(['where it is submitted', 'on its machine'])('%s', where => {
  test.each(cases)('%s', (_, lines, {spec, told, refused}) => {
    const text = lines.startsWith('[Container]') ? lines : `[Container]\nImage=localhost/app\n${lines}\n`
    const {unit, problems} = parseUnit('web@3.service', text, where === 'on its machine' ? host : undefined)
    const errors = problems.filter(({severity}) => severity === 'error').map(({message, remedy}) => `${message}; ${remedy}`)
    if (refused !== undefined) {
      expect(errors.join('\n')).toContain(refused)
      return
    }
    expect(errors).toEqual([])
    const warnings = problems.map(({message}) => message)
    expect(warnings.join('\n')).toContain(told ?? '')
    if (told === undefined) expect(warnings).toEqual([])
    expect(unit?.driver).toBe('docker')
    expect(unit?.container).toMatchObject(spec ?? {})
  })
})

function file(path: string, optional = false): ContainerSpec['environmentFiles'][number] {
  return {path, optional}
}

function port(containerPort: number, more: Partial<ContainerSpec['ports'][number]> = {}): ContainerSpec['ports'][number] {
  return {containerPort, protocol: 'tcp', ...more}
}

function mount(
  type: 'bind' | 'volume',
  source: string,
  target: string,
  options: readonly string[] = [],
): ContainerSpec['mounts'][number] {
  return {type, source, target, readOnly: false, options}
}

function tmpfs(target: string, options: readonly string[] = []): ContainerSpec['mounts'][number] {
  return {type: 'tmpfs', target, readOnly: false, options}
}

function device(path: string, container = path): ContainerSpec['devices'][number] {
  return {host: path, container, permissions: 'rwm'}
}
