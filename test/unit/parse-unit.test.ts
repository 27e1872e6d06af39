import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {describeProblem} from '../../src/lib/unit/describe-problem.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {nearest} from '../../src/lib/unit/nearest.ts'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import {environmentFilesOf} from '../../src/lib/unit/service/service-environment.ts'
import {host} from './host.ts'

const service = (...lines: string[]) => `[Service]\n${lines.join('\n')}\n`
const docker = 'ExecStart=/usr/bin/docker run --name %n'

describe('the driver of a unit', () => {
  test.each<[string, string, string, string]>([
    ['a container', 'web.service', '[Container]\nImage=nginx\n', 'docker'],
    ['a docker run line', 'web.service', service('ExecStart=/usr/bin/docker run nginx'), 'docker'],
    ['another path', 'web.service', service('ExecStart=-/bin/docker run nginx'), 'docker'],
    ['no path', 'web.service', service('ExecStart=docker container run nginx'), 'docker'],
    [
      'all plain lines',
      'web.service',
      service(
        'ExecStartPre=-/usr/bin/docker kill %n',
        'ExecStartPre=-/usr/bin/docker rm -f -v %n',
        'ExecStartPre=/usr/bin/docker pull nginx',
        `${docker} nginx`,
        'ExecStop=/usr/bin/docker stop -t 3 %n',
        'ExecStopPost=-/usr/bin/docker rm %n',
      ),
      'docker',
    ],
    [
      'variables of a file',
      'web.service',
      service('EnvironmentFile=/etc/x', 'ExecStart=/usr/bin/docker run --rm --name %n $OPTS ${IMAGE}'),
      'docker',
    ],
    ['a program', 'web.service', service('ExecStart=/bin/true'), 'systemd'],
    ['a shell', 'web.service', service('ExecStart=/bin/sh -c "docker run nginx"'), 'systemd'],
    ['a container that is started', 'web.service', service('ExecStart=/usr/bin/docker start -a nginx'), 'systemd'],
    ['another command before', 'web.service', service('ExecStartPre=/bin/mkdir /x', `${docker} nginx`), 'systemd'],
    ['another docker command', 'web.service', service(`${docker} nginx`, 'ExecStop=/usr/bin/docker exec %n quit'), 'systemd'],
    ["another container's name", 'web.service', service(`${docker} nginx`, 'ExecStop=/usr/bin/docker stop other'), 'systemd'],
    ['a flag without counterpart', 'web.service', service(`${docker} --cidfile /x nginx`), 'systemd'],
    ['--restart', 'web.service', service(`${docker} --restart=always nginx`), 'docker'],
    ['flags before the verb', 'web.service', service('ExecStart=docker -H unix:///var/run/docker.sock run nginx'), 'docker'],
    ['a flag that leads to another engine', 'web.service', service('ExecStart=docker -H tcp://x run nginx'), 'systemd'],
    ['another engine', 'web.service', service('Environment=DOCKER_HOST=tcp://x', `${docker} nginx`), 'systemd'],
    ['two commands', 'web.service', service('Type=oneshot', `${docker} nginx`, `${docker} redis`), 'systemd'],
    ['a timer', 'web.timer', '[Timer]\nOnCalendar=daily\n', 'systemd'],
    ['a mount', 'srv.mount', '[Mount]\nWhat=/dev/x\nWhere=/srv\n', 'systemd'],
  ])('%s', (_, name, text, driver) => {
    const {unit, problems} = parseUnit(name, text)
    expect(problems.filter(({severity}) => severity === 'error')).toEqual([])
    expect(unit?.driver).toBe(driver)
    expect(unit?.container === undefined).toBe(driver === 'systemd')
  })

  test('that is systemd although docker was meant says why', () => {
    const {problems} = parseUnit('web.service', service('ExecStartPre=/bin/mkdir /x', `${docker} nginx`))
    expect(problems).toMatchObject([
      {severity: 'warning', line: 2, key: '[Service] ExecStartPre', message: expect.stringContaining('runs /bin/mkdir')},
    ])
  })
})

describe('a fleet unit of docker lines', () => {
  const read = (...lines: string[]) =>
    parseUnit('web@3.service', service(...lines), {...host, environment: {OPTS: '-p 80:80 -d', IMAGE: 'nginx:1', WHO: 'me'}}).unit

  test('has its specifiers and variables resolved', () => {
    const unit = read(
      'Environment=WHO=you A=b',
      'ExecStart=/usr/bin/docker run --name %p-%i $OPTS -e WHO -e A -e B=${A}%% ${IMAGE} sh -c "echo $$HOME"',
    )
    expect(unit?.container).toMatchObject({
      image: 'nginx:1',
      name: 'web-3',
      ports: [{hostPort: 80, containerPort: 80, protocol: 'tcp'}],
      environment: {WHO: 'me', A: 'b', B: 'b%'},
      command: ['sh', '-c', 'echo $HOME'],
    })
  })

  test.each<[string, string[], object]>([
    ['no pull line', [], {pull: 'missing'}],
    ['a pull line', ['ExecStartPre=/usr/bin/docker pull nginx'], {pull: 'always'}],
    ['a pull line with latest', ['ExecStartPre=-/usr/bin/docker pull nginx:latest'], {pull: 'always'}],
    ['a pull line of another image', ['ExecStartPre=/usr/bin/docker pull redis'], {pull: 'missing'}],
    ['stop with time', ['ExecStop=/usr/bin/docker stop -t 30 %n'], {stopSeconds: 30}],
    ['stop with --time', ['ExecStop=/usr/bin/docker stop --time=5 %n'], {stopSeconds: 5}],
    ['stop before a start', ['ExecStartPre=-/usr/bin/docker stop -t 30 %n'], {stopSeconds: undefined}],
    ['kill', ['ExecStop=/usr/bin/docker kill %n'], {stopSignal: 'SIGKILL'}],
    ['kill with a signal', ['ExecStop=/usr/bin/docker kill -s SIGINT %n'], {stopSignal: 'SIGINT'}],
    ['kill before a start', ['ExecStartPre=-/usr/bin/docker kill %n'], {stopSignal: undefined}],
    [
      'stop, then kill',
      ['ExecStop=/usr/bin/docker stop -t 3 %n', 'ExecStop=-/usr/bin/docker kill %n'],
      {stopSeconds: 3, stopSignal: undefined},
    ],
    [
      'limits of its service',
      ['LimitNOFILE=5', 'MemoryMax=1K'],
      {ulimits: [{name: 'nofile', soft: 5, hard: 5}], resources: {memoryBytes: 1024}},
    ],
  ])('%s', (_, lines, expected) => {
    const container = read(...lines, `${docker} nginx`)?.container
    expect(
      Object.fromEntries(
        Object.keys(expected).map(key => [key, Object.entries(container ?? {}).find(([name]) => name === key)?.[1]]),
      ),
    ).toEqual(expected)
  })

  test('goes by its own limits before those of its service', () => {
    const container = read(
      'LimitNOFILE=5',
      'LimitCORE=1',
      'MemoryMax=1K',
      'CPUQuota=50%',
      `${docker} -m 2k --ulimit nofile=9 nginx`,
    )?.container
    expect(container?.resources).toEqual({memoryBytes: 2048, cpus: 0.5})
    expect(container?.ulimits).toEqual([
      {name: 'core', soft: 1, hard: 1},
      {name: 'nofile', soft: 9, hard: 9},
    ])
  })

  test('--restart holds where the unit says nothing of it, without a start limit', () => {
    expect(read(`${docker} --restart=always nginx`)?.service).toMatchObject({restart: 'always', startLimitBurst: 0})
    expect(read(`${docker} --restart=on-failure:3 nginx`)?.service).toMatchObject({restart: 'on-failure', startLimitBurst: 4})
    expect(read('Restart=no', `${docker} --restart=always nginx`)?.service).toMatchObject({restart: 'no', startLimitBurst: 5})
  })

  test('that detaches lives as long as its container', () => {
    expect(read('Type=oneshot', 'RemainAfterExit=yes', `${docker} -d nginx`)?.service).toMatchObject({
      type: 'simple',
      remainAfterExit: false,
    })
  })

  test('whose failure is ignored ends well with every code', () => {
    expect(read('ExecStart=-/usr/bin/docker run nginx')?.service.successExitCodes).toHaveLength(255)
  })

  test('may be a template with ports of its instances', () => {
    const {unit, problems} = parseUnit('web@.service', service('ExecStart=/usr/bin/docker run -p 80%i:80 -p ${PORT}:81 nginx'))
    expect(problems).toEqual([])
    expect(unit?.container?.ports).toEqual([{hostPort: 801, containerPort: 80, protocol: 'tcp'}])
  })

  test('says which variables have no value once the machine is known', () => {
    const {problems} = parseUnit('web.service', service(`${docker} nginx $NO`), host)
    expect(problems).toMatchObject([{severity: 'warning', line: 2, message: '$NO has no value'}])
  })
})

describe('a unit', () => {
  test('is understood as a whole', () => {
    const text =
      '[Unit]\nDescription=Web %i on %H\n[Container]\nImage=nginx\n[Service]\nRestart=always\nMemoryMax=1K\n[X-Fleet]\nConflicts=web@*.service\n'
    expect(parseUnit('web@3.service', text, host)).toMatchObject({
      unit: {
        name: 'web@3.service',
        description: 'Web 3 on one.example.com',
        driver: 'docker',
        placement: {conflicts: ['web@*.service']},
        service: {restart: 'always', type: 'simple'},
        container: {image: 'nginx', resources: {memoryBytes: 1024}},
      },
      problems: [],
    })
  })

  test.each<[string, string, string, string]>([
    [
      'no image',
      'web.service',
      '[Container]\nExec=x\n',
      'web.service:1:1: error: [Container] Image: is missing; write Image=nginx:1.27',
    ],
    [
      'Container and ExecStart',
      'web.service',
      '[Container]\nImage=a\n[Service]\nExecStart=/bin/x\n',
      'web.service:4:1: error: [Service] ExecStart: stands beside [Container]; take it away; what the container runs is Exec= of [Container]',
    ],
    [
      'a container that is no service',
      'web.timer',
      '[Container]\nImage=a\n',
      'web.timer:1:1: error: [Container]: stands in a unit of type timer; name the unit .service',
    ],
    [
      '[X-fleet]',
      'web.service',
      '[Container]\nImage=a\n[X-fleet]\nGlobal=true\n',
      'web.service:3:1: error: [X-fleet]: unknown section; write [X-Fleet]',
    ],
    [
      '[x-fleet]',
      'web.service',
      '[Container]\nImage=a\n[x-fleet]\n',
      'web.service:3:1: error: [x-fleet]: unknown section; write [X-Fleet]',
    ],
    [
      '[container]',
      'web.service',
      '[container]\nImage=a\n[Service]\nExecStart=/bin/x\n',
      'web.service:1:1: error: [container]: unknown section; write [Container]',
    ],
    [
      '[Sevice]',
      'web.service',
      '[Container]\nImage=a\n[Sevice]\n',
      'web.service:3:1: error: [Sevice]: unknown section; write [Service]',
    ],
    [
      '[Pod]',
      'web.service',
      '[Container]\nImage=a\n[Pod]\n',
      'web.service:3:1: error: [Pod]: a section for Podman only; write the container as [Container]',
    ],
    [
      'an unknown section',
      'web.service',
      '[Container]\nImage=a\n[Whatever]\n',
      'web.service:3:1: warning: [Whatever]: unknown section, passed over; the sections are Unit, Service, Container',
    ],
    [
      'a misspelt key',
      'web.service',
      '[Container]\nImage=a\n[Service]\nRestrt=no\n',
      'web.service:4:1: warning: [Service] Restrt: unknown key, which systemd passes over; write Restart=',
    ],
    [
      'a misspelt key of [X-Fleet]',
      'web.service',
      '[Container]\nImage=a\n[X-Fleet]\nConflict=x\n',
      'web.service:4:1: error: [X-Fleet] Conflict: unknown key; write Conflicts=',
    ],
    [
      'a user beside a container',
      'web.service',
      '[Container]\nImage=a\n[Service]\nUser=x\n',
      'web.service:4:1: warning: [Service] User: has no effect on a container; write User= in [Container]',
    ],
    [
      'nothing to run',
      'web.service',
      '[Unit]\n',
      'web.service: warning: [Service] ExecStart: is missing: nothing would run; write [Container] with Image=, or ExecStart=',
    ],
  ])('with %s is told', (_, name, text, line) => {
    const {unit, problems} = parseUnit(name, text)
    expect(problems.map(problem => describeProblem(name, problem))).toEqual([expect.stringContaining(line)])
    expect(unit === undefined).toBe(problems.some(({severity}) => severity === 'error'))
  })

  test.each(['X-Other', 'Install', 'Socket', 'Path', 'Target'])('with a section [%s] is fine', section => {
    expect(parseUnit('web.service', `[Container]\nImage=a\n[${section}]\nX-A=b\n`).problems).toEqual([])
  })

  test.each([
    ['Service', 'MemoryMin'],
    ['Unit', 'BindTo'],
    ['Install', 'WantedBy'],
    ['Service', 'KillSignal'],
    ['Service', 'LimitNICE'],
    ['Timer', 'OnCalendar'],
    ['Socket', 'ListenStream'],
    ['Service', 'X-Mine'],
  ])('with %s %s= of systemd is fine', (section, key) => {
    expect(parseUnit('web.service', `[Container]\nImage=a\n[${section}]\n${key}=1\n`).problems).toEqual([])
  })

  test('has all its problems told at once, by line', () => {
    const {unit, problems} = parseUnit(
      'web.service',
      '[Container]\nImage=A\nPod=x\nNope\n[Service]\nRestart=x\n[X-Fleet]\nGlobal=1\nMachineID=1\n',
    )
    expect(unit).toBeUndefined()
    expect(problems.map(({line}) => line)).toEqual([2, 3, 4, 6, 9])
  })

  test('with a name that is none is told, not thrown', () => {
    const {unit, problems} = parseUnit('web@{1..', '[Container]\nImage=a\n')
    expect(unit).toBeUndefined()
    expect(problems).toMatchObject([{severity: 'error', line: 0}])
  })

  const text = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('[Unit]', '[Service]', '[Container]', '[X-Fleet]', '[Timer]'),
      fc.stringMatching(
        /^(Image|Exec|ExecStart|ExecStop|Environment|Volume|PublishPort|Mount|Conflicts|MachineMetadata|Restart|MemoryMax|LimitNOFILE|HealthCmd|Network)=.{0,20}$/,
      ),
      fc.stringMatching(/^ExecStart=docker run [-a-z =$%:/"]{0,30}$/),
    ),
  )
  test('never throws, whatever the text, and gives a unit or an error', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (lines, placed) => {
        const {unit, problems} = parseUnit('web@1.service', lines.join('\n'), placed ? host : undefined)
        expect(unit === undefined).toBe(problems.some(({severity}) => severity === 'error'))
        for (const problem of problems) expect(describeProblem('x', problem)).toMatch(/^x[^\n\r]*$/)
      }),
      {numRuns: 1000},
    )
  })
})

test('the files of a unit that are read before it is parsed', () => {
  const {file} = parseUnitFile(service('EnvironmentFile=/etc/%p.env', 'EnvironmentFile=-/run/%H'))
  expect(environmentFilesOf(file, 'web@1.service', host)).toEqual([
    {path: '/etc/web.env', optional: false},
    {path: '/run/one.example.com', optional: true},
  ])
})

test.each([
  ['Conflict', 'Conflicts'],
  ['conflicts', 'Conflicts'],
  ['Conlficts', 'Conflicts'],
  ['Globul', 'Global'],
  ['Whatever', undefined],
  ['', undefined],
])('nearest to %s is %s', (word, meant) => {
  expect(nearest(word, ['Conflicts', 'Global'])).toBe(meant)
})
