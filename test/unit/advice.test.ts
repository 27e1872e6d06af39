import {describe, expect, test} from 'vitest'
import {type Advised, advise} from '../../src/lib/unit/advice/advice.ts'
import {needsOf} from '../../src/lib/unit/advice/needs.ts'
import {adviseTogether} from '../../src/lib/unit/advice/together.ts'
import {describeProblem} from '../../src/lib/unit/describe-problem.ts'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {understandUnit} from '../../src/lib/unit/parse-unit.ts'
import type {Problem} from '../../src/lib/unit/unit.ts'

function advised(name: string, text: string): Advised {
  const read = parseUnitFile(text)
  return {name, read, parsed: understandUnit(name, read)}
}

const told = (problems: readonly Problem[] | undefined) => (problems ?? []).map(problem => describeProblem('f', problem))
const container = (...lines: string[]) => `[Container]\nImage=a\n${lines.join('\n')}\n`
const program = (...lines: string[]) => `[Service]\nExecStart=/bin/x\n${lines.join('\n')}\n`

describe('advice', () => {
  test.each<[name: string, unit: string, text: string, lines: readonly string[]]>([
    [
      'a unit of the platform',
      'a.service',
      program('[Unit]', 'Requires=docker.service'),
      ["f:4:10: note: [Unit] Requires: 'docker.service' counts as satisfied on a machine that has no such unit"],
    ],
    [
      'several units of the platform',
      'a.service',
      program('[Unit]', 'BindsTo=docker.service b.service etcd2.service'),
      ["f:4:9: note: [Unit] BindsTo: 'docker.service' and 'etcd2.service' count as satisfied on a machine that has no such unit"],
    ],
    ['a unit of the platform, for a container', 'a.service', container('[Unit]', 'Requires=docker.service'), []],
    ['a soft dependency', 'a.service', program('[Unit]', 'After=docker.service', 'Wants=b.service'), []],
    ['a dependency of a container', 'a.service', container('[Unit]', 'BindsTo=b.service'), []],
    [
      'a name with a slip',
      'a.service',
      container('[Unit]', 'After=dokcer.service etcd.service'),
      ["f:4:7: warning: [Unit] After: 'dokcer.service' looks misspelt; write docker.service"],
    ],
    ['a name that differs in a digit', 'a.service', container('[Unit]', 'After=etcd4.service docker2.service'), []],
    [
      'an image fetched before the start',
      'a.service',
      program('ExecStartPre=/usr/bin/docker pull a'),
      [
        'f:3:1: warning: [Service] ExecStartPre: pulls an image within the 90s that systemd allows a start; write TimeoutStartSec=15min, or 0 for no limit',
      ],
    ],
    ['an image fetched with time', 'a.service', program('ExecStartPre=/usr/bin/docker pull a', 'TimeoutStartSec=0'), []],
    ['an image fetched by a oneshot', 'a.service', program('ExecStartPre=/usr/bin/docker pull a', 'Type=oneshot'), []],
    [
      'KillMode=none',
      'a.service',
      program('KillMode=none'),
      ['f:3:1: warning: [Service] KillMode: leaves processes behind, and systemd is giving it up; write KillMode=mixed'],
    ],
    ['another KillMode', 'a.service', program('KillMode=process'), []],
    [
      'a line that systemd passes over',
      'a.service',
      program('ExecStop=/bin/x "a'),
      [expect.stringContaining('warning: [Service] ExecStop: has a " that is not closed, so that systemd passes it over')],
    ],
    [
      'a container left behind',
      'a.service',
      '[Service]\nExecStart=/usr/bin/docker run -p 80:80 -itd a\nExecStopPost=/bin/b\n',
      ['f:2:1: warning: [Service] ExecStart: docker run -d returns at once, and the unit ends with it; take -d away'],
    ],
    [
      'a container that is started',
      'a.service',
      '[Service]\nExecStart=/usr/bin/docker start a\n',
      ['f:2:1: warning: [Service] ExecStart: docker start returns at once, and the unit ends with it; write docker start -a'],
    ],
    ['a container that is attached to', 'a.service', '[Service]\nExecStart=/usr/bin/docker start -a a\n', []],
    [
      'a container left behind on purpose',
      'a.service',
      program('ExecStart=', 'ExecStart=docker start a', 'RemainAfterExit=yes'),
      [],
    ],
    [
      'conflicts with itself',
      'a.service',
      container('[X-Fleet]', 'Conflicts=a.service'),
      [expect.stringMatching(/Conflicts: 'a\.service' is the unit itself, which is never in its own way; take it away$/)],
    ],
    [
      'instances that conflict with themselves',
      'a@.service',
      container('[X-Fleet]', 'Conflicts=%p@%i.service'),
      [expect.stringMatching(/'a@1\.service' is the unit itself, which is never in its own way; write Conflicts=a@\*\.service$/)],
    ],
    [
      'instances that want one port and one name',
      'a@.service',
      container('PublishPort=80:80', 'ContainerName=web'),
      [
        "f:2:1: warning: [Container] Image: two instances on one machine would both want port 80 and the name 'web'; write Conflicts=a@*.service in [X-Fleet]",
      ],
    ],
    [
      'an instance of docker lines that wants one port',
      'a@2.service',
      '[Service]\nExecStart=/usr/bin/docker run -p 80:80 a\n',
      [expect.stringContaining('[Service] ExecStart: two instances on one machine would both want port 80')],
    ],
    ['instances that are kept apart', 'a@.service', container('PublishPort=80:80', '[X-Fleet]', 'Conflicts=a@*.service'), []],
    ['instances with ports of their own', 'a@.service', container('PublishPort=808%i:80', 'ContainerName=a-%i'), []],
    ['instances with any port', 'a@.service', container('PublishPort=80'), []],
    ['a unit that is refused', 'a@.service', container('Nope=1', 'PublishPort=80:80', '[Unit]', 'Requires=b.service'), []],
  ])('on %s', (_, name, text, lines) => {
    expect(told(advise(advised(name, text)))).toEqual(lines)
  })
})

describe('advice on files together', () => {
  test.each<[name: string, files: Readonly<Record<string, string>>, lines: readonly (readonly unknown[])[]]>([
    ['one alone', {'a.service': container('[X-Fleet]', 'MachineOf=b.service')}, [[]]],
    [
      'a peer that is missing',
      {'a.service': container('[X-Fleet]', 'MachineOf=b.service'), 'c.service': container()},
      [["f:4:11: note: [X-Fleet] MachineOf: 'b.service' is in none of these files, so that the cluster must have it"], []],
    ],
    [
      'a peer that is there, and one whose template is',
      {
        'a.service': container('[X-Fleet]', 'MachineOf=b.service', 'MachineOf=c@1.service'),
        'b.service': container(),
        'c@.service': container(),
      },
      [[], [], []],
    ],
    [
      'a peer that is a template',
      {'a@.service': container('[X-Fleet]', 'MachineOf=b@.service'), 'b@.service': container()},
      [["f:4:11: warning: [X-Fleet] MachineOf: 'b@.service' is a template, which never runs; write b@%i.service"], []],
    ],
    [
      'a dependency that may be elsewhere',
      {'a@1.service': program('[Unit]', 'BindsTo=b@%i.service'), 'b@.service': container()},
      [
        [
          "f:4:9: warning: [Unit] BindsTo: 'b@%i.service' counts only on the same machine; write MachineOf=b@%i.service in [X-Fleet]",
        ],
        [],
      ],
    ],
    [
      'a dependency that goes along',
      {'a.service': container('[Unit]', 'Requires=b.service'), 'b.service': program('[X-Fleet]', 'MachineOf=a.service')},
      [[], []],
    ],
    [
      'a dependency on the same machine',
      {'a.service': program('[Unit]', 'Requires=b.service', '[X-Fleet]', 'MachineOf=b.service'), 'b.service': program()},
      [[], []],
    ],
    [
      'a dependency on every machine',
      {'a.service': program('[Unit]', 'Requires=b.service'), 'b.service': program('[X-Fleet]', 'Global=true')},
      [[], []],
    ],
    [
      'a template and an instance with a text of its own',
      {'a@.service': container(), 'a@1.service': container('Exec=b')},
      [[], ['f: note: [Unit]: a@1.service has a file of its own, and does not follow a@.service']],
    ],
  ])('%s', (_, files, lines) => {
    const problems = adviseTogether(Object.entries(files).map(([name, text]) => advised(name, text)))
    expect(problems.map(told)).toEqual(lines)
  })

  test('two files of one unit', () => {
    const problems = adviseTogether([advised('a.service', container()), advised('a.service', container('Exec=b'))])
    const line = 'f: warning: [Unit]: a.service is what several of these files become; take all but one away'
    expect(problems.map(told)).toEqual([[line], [line]])
  })

  test('a template and an instance made of it', () => {
    const read = parseUnitFile(container())
    const both = ['a@.service', 'a@1.service'].map(name => ({name, read, parsed: understandUnit(name, read)}))
    expect(adviseTogether(both)).toEqual([[], []])
  })
})

describe('what a machine needs', () => {
  test.each<[name: string, unit: string, text: string, needs: object]>([
    [
      'for a container',
      'a.service',
      container('EnvironmentFile=/etc/a', '[Unit]', 'Requires=b.service', '[Service]', 'EnvironmentFile=/etc/b'),
      {files: ['/etc/b', '/etc/a']},
    ],
    [
      'for systemd',
      'a@1.service',
      program(
        'ExecStartPre=-/bin/may',
        'ExecStop=/bin/y ; /bin/x',
        'EnvironmentFile=/etc/%i',
        'EnvironmentFile=-/etc/may',
        '[Unit]',
        'Requires=b.service docker.service',
      ),
      {programs: ['/bin/x', '/bin/y'], files: ['/etc/1'], units: ['b.service']},
    ],
    ['for a timer', 'a.timer', '[Timer]\nOnCalendar=daily\n', {}],
  ])('%s', (_, name, text, needs) => {
    const {read, parsed} = advised(name, text)
    expect(parsed.unit && needsOf(read.file, parsed.unit)).toEqual({programs: [], files: [], units: [], ...needs})
  })
})
