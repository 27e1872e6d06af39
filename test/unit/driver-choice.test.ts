import {expect, test} from 'vitest'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'

const service = (...lines: string[]) => `[Service]\n${lines.join('\n')}\n`
const run = 'ExecStart=/usr/bin/docker run --name web nginx'

test.each<[name: string, unit: string, text: string, driver: string, reason: string]>([
  ['a container', 'web.service', '[Container]\nImage=nginx\n', 'docker', 'it has a [Container] section'],
  [
    'docker lines',
    'web.service',
    service('ExecStartPre=/usr/bin/docker pull nginx', run),
    'docker',
    'every Exec line is a plain docker line',
  ],
  ['a timer', 'web.timer', '[Timer]\nOnCalendar=daily\n', 'systemd', 'it is a .timer unit'],
  ['nothing to run', 'web.service', '[Unit]\n', 'systemd', 'it has neither [Container] nor ExecStart='],
  ['only what stops', 'web.service', service('ExecStop=/usr/bin/docker stop web'), 'systemd', 'ExecStart= is missing'],
  [
    'a program',
    'web.service',
    service('ExecStart=/usr/bin/etcdctl watch /x'),
    'systemd',
    'ExecStart= (line 2) runs /usr/bin/etcdctl, which is no docker run line',
  ],
  [
    'another command of docker',
    'web.service',
    service('ExecStart=/usr/bin/docker start -a web'),
    'systemd',
    'ExecStart= (line 2) runs docker start, which is no docker run line',
  ],
  [
    'one of its longer commands',
    'web.service',
    service('ExecStart=/usr/bin/docker container start -a web'),
    'systemd',
    'ExecStart= (line 2) runs docker container start, which is no docker run line',
  ],
  [
    'a quote that is open',
    'web.service',
    service('ExecStart=/usr/bin/docker run "nginx'),
    'systemd',
    'ExecStart= (line 2) has a " that is not closed',
  ],
  [
    'one line that is not plain',
    'web.service',
    service('ExecStartPre=/usr/bin/etcdctl set /x y', run),
    'systemd',
    'ExecStartPre= (line 2) is no plain docker line: runs /usr/bin/etcdctl',
  ],
  [
    'several lines that are not plain',
    'web.service',
    service(run, 'ExecStopPost=/bin/b', 'ExecStartPre=/bin/a', 'ExecStop=/usr/bin/docker exec web quit'),
    'systemd',
    'ExecStartPre= (line 4) is no plain docker line: runs /bin/a; nor are lines 3, 5',
  ],
  [
    'two lines that are not plain',
    'web.service',
    service(run, 'ExecStopPost=/bin/b', 'ExecStartPre=/bin/a'),
    'systemd',
    'ExecStartPre= (line 4) is no plain docker line: runs /bin/a; nor is line 3',
  ],
  [
    'a line that cannot be read',
    'web.service',
    service(run, 'ExecStop=/bin/sh -c "x'),
    'systemd',
    'ExecStop= (line 3) is no plain docker line: has a " that is not closed',
  ],
  [
    "another container's name",
    'web.service',
    service(run, 'ExecStop=/usr/bin/docker stop other'),
    'systemd',
    'ExecStop= (line 3) is no plain docker line: runs docker stop other, but the container is named web',
  ],
  [
    'two commands',
    'web.service',
    service('Type=oneshot', run, run),
    'systemd',
    'ExecStart= (line 4) is no plain docker line: is a second command',
  ],
  [
    'another engine',
    'web.service',
    service('Environment=DOCKER_HOST=tcp://x', run),
    'systemd',
    'ExecStart= (line 3) is no plain docker line: runs on the engine that DOCKER_HOST names',
  ],
])('%s: which driver, and why', (_, name, text, driver, reason) => {
  expect(parseUnit(name, text).choice).toEqual({driver, reason})
})

test('a unit that is refused has its driver all the same', () => {
  expect(parseUnit('web.service', '[Container]\n')).toMatchObject({choice: {driver: 'docker'}})
  expect(parseUnit('web.service', '[Container]\n').unit).toBeUndefined()
  expect(parseUnit('web', '[Container]\n').choice).toBeUndefined()
})

test('a container that was meant and that systemd runs is told once, at the first line in the way', () => {
  const text = service(run, 'ExecStartPre=/bin/a', 'ExecStopPost=/bin/b')
  expect(parseUnit('web.service', text).problems).toMatchObject([
    {
      severity: 'warning',
      line: 3,
      key: '[Service] ExecStartPre',
      message: "no plain docker line, so that systemd and docker's command line run the unit: runs /bin/a; nor is line 4",
    },
  ])
  expect(parseUnit('web.service', service('ExecStart=/bin/sh -c "docker run nginx"')).problems).toEqual([])
})
