import {describe, expect, test} from 'vitest'
import {type ContainerSpec, plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {dockerCall} from '../../src/lib/unit/docker/docker-call.ts'
import {readUpkeep} from '../../src/lib/unit/docker/docker-upkeep.ts'
import {Fault} from '../../src/lib/unit/fault.ts'
import {splitWords} from '../../src/lib/unit/service/exec-words.ts'

const spec: ContainerSpec = {
  ...plainContainer('registry.test/team/img:1'),
  name: 'web',
  mounts: [
    {type: 'bind', source: '/srv/web/data', target: '/data', readOnly: false, options: []},
    {type: 'volume', source: 'kept', target: '/kept', readOnly: false, options: []},
  ],
}

function wordsOf(line: string): readonly string[] {
  const words = splitWords(line)
  if (words instanceof Fault) throw new Error(words.message)
  return words
}

describe('lines that only serve the run', () => {
  test.each<[string, string, Partial<ContainerSpec>]>([
    ['ExecStartPre', 'docker kill web', {}],
    ['ExecStartPre', 'docker rm -f -v web', {}],
    ['ExecStartPre', 'docker rm -fv web', {}],
    ['ExecStartPre', '/opt/bin/docker container rm --force web', {}],
    ['ExecStartPre', 'docker pull registry.test/team/img:1', {pull: 'always'}],
    ['ExecStartPre', 'docker image pull -q registry.test/team/img:1', {pull: 'always'}],
    ['ExecStartPre', 'docker pull other', {}],
    ['ExecStartPre', 'docker rmi registry.test/team/img:1', {pull: 'always'}],
    ['ExecStartPre', 'docker inspect registry.test/team/img:1', {}],
    ['ExecStartPre', 'docker inspect -f {{.State}} web', {}],
    ['ExecStartPre', 'docker volume create kept', {}],
    ['ExecStartPre', 'docker volume create --name kept', {}],
    ['ExecStartPre', 'docker ps -a', {}],
    ['ExecStartPre', '/usr/bin/mkdir -p /srv/web/data /srv/', {}],
    ['ExecStartPre', '/bin/true', {}],
    ['ExecStartPost', '/usr/bin/echo started web', {}],
    ['ExecStartPre', 'docker run --rm -v /opt/bin:/opt/bin ibuildthecloud/systemd-docker', {}],
    ['ExecStop', 'docker stop -t 2 web', {stopSeconds: 2}],
    ['ExecStop', 'docker stop --time=7 --signal INT web', {stopSeconds: 7, stopSignal: 'INT'}],
    ['ExecStop', 'docker kill --signal=SIGTERM web', {stopSignal: 'SIGTERM'}],
    ['ExecStop', 'docker kill web', {stopSignal: 'SIGKILL'}],
    ['ExecStop', 'docker wait web', {}],
    ['ExecStop', '/usr/bin/docker -H unix:///var/run/docker.sock stop -t 1 web', {stopSeconds: 1}],
    ['ExecStop', 'docker --log-level=debug -D stop web', {}],
    ['ExecStopPost', 'docker stop -t 2 web', {}],
    ['ExecReload', 'docker restart web', {}],
    ['ExecReload', 'docker kill -s HUP web', {}],
    ['ExecStartPre', `/bin/sh -c "docker inspect web >/dev/null 2>&1 && docker rm -f web || true"`, {}],
    [
      'ExecStartPre',
      `/usr/bin/bash -c 'docker history registry.test/team/img:1 > /dev/null || docker pull registry.test/team/img:1'`,
      {},
    ],
    ['ExecStop', `/bin/sh -c 'exec docker stop -t 3 web'`, {stopSeconds: 3}],
  ])('%s=%s', (key, line, change) => {
    expect(readUpkeep(key, wordsOf(line), spec)).toEqual({...spec, ...change})
  })
})

describe('lines that do more', () => {
  test.each([
    ['ExecStartPre', 'docker rm web other', 'runs docker rm other, but the container is named web'],
    ['ExecStop', 'docker -H tcp://10.0.0.1:2375 stop web', '-H leads to another engine'],
    ['ExecStop', 'docker --context far stop web', '--context leads to another engine'],
    ['ExecStop', 'docker --config /x stop web', "another place of Docker's own settings"],
    ['ExecStartPre', 'docker login -u a -p b', 'log in to the registry on the machine once'],
    ['ExecStartPre', 'docker run --name data busybox', 'a second container needs a unit of its own'],
    ['ExecStartPost', 'docker exec web true', 'runs inside the container'],
    ['ExecStartPre', 'docker network create x', 'make the network on the machine'],
    ['ExecStartPre', 'docker volume create other', 'mounts no such volume'],
    ['ExecStartPre', 'docker rmi other', 'the image is registry.test/team/img:1'],
    ['ExecStartPre', 'docker start web', 'runs docker start'],
    ['ExecCondition', 'docker inspect web', 'decides whether the unit runs'],
    ['ExecStartPre', '/bin/mkdir -p /srv/other', 'runs /bin/mkdir'],
    ['ExecStartPre', '/bin/mkdir /srv/web', 'runs /bin/mkdir'],
    ['ExecStartPre', '/bin/sleep 5', 'runs /bin/sleep'],
    ['ExecStartPre', `/bin/sh -c 'docker rm web; rm -rf /x'`, 'runs a shell that runs rm'],
    ['ExecStartPre', `/bin/sh -c 'docker rm $(docker ps -aq)'`, 'runs /bin/sh'],
    ['ExecStartPre', `/bin/sh -c 'docker ps | grep web'`, 'runs /bin/sh'],
    ['ExecStartPre', `/bin/sh -c 'docker inspect web >/etc/passwd'`, 'runs /bin/sh'],
    ['ExecStop', 'docker stop --odd web', "'--odd' is no flag"],
  ])('%s=%s', (key, line, words) => {
    expect(readUpkeep(key, wordsOf(line), spec)).toEqual(expect.stringContaining(words))
  })
})

test.each([
  ['docker run -d x', {verb: 'run', rest: ['-d', 'x']}],
  ['/usr/bin/docker container run x', {verb: 'run', rest: ['x']}],
  ['/opt/bin/systemd-docker run x', {verb: 'run', rest: ['x']}],
  ['docker -H unix:///run/docker.sock --debug run x', {verb: 'run', rest: ['x']}],
  ['docker image rm x', {verb: 'rmi', rest: ['x']}],
  ['docker', {verb: '', rest: []}],
  ['/usr/bin/podman run x', undefined],
])('%s is a call', (line, call) => {
  expect(dockerCall(wordsOf(line))).toEqual(call)
})
