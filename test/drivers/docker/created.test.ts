import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {at, listAt} from '../../../src/lib/drivers/docker/json.ts'
import type {Driver, Run} from '../../../src/lib/drivers/driver.ts'
import type {ContainerSpec} from '../../../src/lib/unit/container/container-spec.ts'
import {containerUnit, waitingCommand} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {until} from '../../fakes/until.ts'

let room: DockerRoom
let driver: Driver
let directory: string
const signal = new AbortController().signal

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-created-'))
  room = await openDockerRoom()
  driver = room.driver('m1')
})
afterEach(() => room.clear())
afterAll(async () => {
  driver?.close()
  await room?.close()
  await rm(directory, {recursive: true, force: true})
})

async function start(spec: Partial<ContainerSpec>): Promise<Run> {
  const unit = containerUnit('web.service', {command: waitingCommand(), ...spec})
  await driver.perform({kind: 'start', unit, identity: {runHash: 'h', generation: 0}, file: 'f'}, signal)
  const [run] = await driver.observe()
  if (run === undefined) throw new Error('no run is observed')
  return run
}

/** What the container printed when it has ended. */
async function outputOf(spec: Partial<ContainerSpec>): Promise<readonly string[]> {
  const {id} = await start(spec)
  await until('it has ended', async () => (await driver.observe())[0]?.phase === 'exited')
  const [run] = await driver.observe()
  return run === undefined ? [id] : driver.lastLines(run, 100)
}

const print = (script: string) => ['sh', '-c', script]

describe('what Docker made of it', () => {
  test.each<{title: string; spec: Partial<ContainerSpec>; expected: object}>([
    {
      title: 'nothing said',
      spec: {},
      expected: {HostConfig: {RestartPolicy: {Name: 'no'}, NetworkMode: 'host', AutoRemove: false}},
    },
    {
      title: 'limits',
      spec: {
        resources: {
          memoryBytes: 64 << 20,
          memoryReservationBytes: 32 << 20,
          memorySwapBytes: -1,
          cpus: 0.5,
          cpuShares: 512,
          cpusetCpus: '0',
          pidsLimit: 40,
          shmBytes: 1 << 20,
          oomScoreAdjust: 500,
        },
        ulimits: [
          {name: 'nofile', soft: 100, hard: 200},
          {name: 'core', soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY},
        ],
      },
      expected: {
        HostConfig: {
          Memory: 64 << 20,
          MemoryReservation: 32 << 20,
          MemorySwap: -1,
          NanoCpus: 500_000_000,
          CpuShares: 512,
          CpusetCpus: '0',
          PidsLimit: 40,
          ShmSize: 1 << 20,
          OomScoreAdj: 500,
          Ulimits: [
            {Name: 'nofile', Soft: 100, Hard: 200},
            {Name: 'core', Soft: -1, Hard: -1},
          ],
        },
      },
    },
    {
      title: 'a share of the processors by period',
      spec: {resources: {cpuPeriodMicroseconds: 50_000, cpuQuotaMicroseconds: 25_000}},
      expected: {HostConfig: {CpuPeriod: 50_000, CpuQuota: 25_000}},
    },
    {
      title: 'rights',
      spec: {
        capAdd: ['CAP_NET_ADMIN'],
        capDrop: ['CAP_CHOWN'],
        securityOptions: ['no-new-privileges'],
        readOnly: true,
        groups: ['65534'],
        user: 'nobody',
        cgroupParent: '/meissa-test',
        devices: [{host: '/dev/null', container: '/dev/void', permissions: 'rw'}],
      },
      expected: {
        Config: {User: 'nobody'},
        HostConfig: {
          CapAdd: ['CAP_NET_ADMIN'],
          CapDrop: ['CAP_CHOWN'],
          SecurityOpt: ['no-new-privileges'],
          ReadonlyRootfs: true,
          GroupAdd: ['65534'],
          CgroupParent: '/meissa-test',
          Devices: [{PathOnHost: '/dev/null', PathInContainer: '/dev/void', CgroupPermissions: 'rw'}],
        },
      },
    },
    {
      title: 'namespaces of the host',
      spec: {pidMode: 'host', ipcMode: 'host', utsMode: 'host'},
      expected: {HostConfig: {PidMode: 'host', IpcMode: 'host', UTSMode: 'host'}},
    },
    {
      title: 'how it runs and ends',
      spec: {
        init: true,
        command: ['sleep', '1000'],
        terminal: true,
        openStdin: true,
        workingDirectory: '/tmp',
        stopSignal: 'SIGINT',
        stopSeconds: 42,
        log: {driver: 'local', options: {'max-size': '1m'}},
        mounts: [{type: 'tmpfs', target: '/scratch', readOnly: false, options: ['size=1m']}],
        health: {test: ['CMD-SHELL', 'true'], intervalSeconds: 1.5, timeoutSeconds: 2, retries: 4},
      },
      expected: {
        Config: {
          Tty: true,
          OpenStdin: true,
          WorkingDir: '/tmp',
          StopSignal: 'SIGINT',
          StopTimeout: 42,
          Healthcheck: {Test: ['CMD-SHELL', 'true'], Interval: 1_500_000_000, Timeout: 2_000_000_000, Retries: 4},
        },
        HostConfig: {Init: true, Tmpfs: {'/scratch': 'size=1m'}, LogConfig: {Type: 'local', Config: {'max-size': '1m'}}},
      },
    },
    {
      title: 'a bridge',
      spec: {
        network: {mode: 'bridge', aliases: []},
        hostname: 'elsewhere',
        extraHosts: ['db:10.1.2.3'],
        dns: ['10.0.0.53'],
        dnsSearch: ['example.test'],
        sysctls: {'net.ipv4.ip_forward': '1'},
        exposedPorts: ['81/udp'],
        ports: [{hostAddress: '127.0.0.1', hostPort: 28_080, containerPort: 80, protocol: 'tcp'}],
      },
      expected: {
        Config: {Hostname: 'elsewhere', ExposedPorts: {'80/tcp': {}, '81/udp': {}}},
        HostConfig: {
          ExtraHosts: ['db:10.1.2.3'],
          Dns: ['10.0.0.53'],
          DnsSearch: ['example.test'],
          Sysctls: {'net.ipv4.ip_forward': '1'},
        },
        NetworkSettings: {Ports: {'80/tcp': [{HostIp: '127.0.0.1', HostPort: '28080'}]}},
      },
    },
  ])('$title', async ({spec, expected}) => {
    const run = await start(spec)
    expect(run.phase).toBe('running')
    expect(await room.inspect(run.id)).toMatchObject(expected)
  })

  test('mounts of every kind', async () => {
    const {id} = await start({
      mounts: [
        {type: 'bind', source: directory, target: '/given', readOnly: true, options: []},
        {type: 'bind', source: join(directory, 'made'), target: '/made', readOnly: false, options: ['rprivate']},
        {type: 'volume', target: '/anonymous', readOnly: false, options: []},
      ],
    })
    const mounts = listAt(await room.inspect(id), 'Mounts').map(mount => [
      at(mount, 'Type'),
      at(mount, 'Destination'),
      at(mount, 'RW'),
    ])
    expect(mounts.sort()).toEqual([
      ['bind', '/given', false],
      ['bind', '/made', true],
      ['volume', '/anonymous', true],
    ])
  })

  test('further networks, each with names and an address of its own', async () => {
    const names = ['a', 'b'].map(letter => `${room.cluster}-${letter}`)
    const [network = '', further = ''] = names
    try {
      for (const [index, Name] of names.entries()) {
        const IPAM = {Config: [{Subnet: `10.213.${79 + index}.0/24`}]}
        await room.client.json('POST', '/networks/create', {body: {Name, IPAM}})
      }
      const {id} = await start({
        network: {mode: network, aliases: []},
        furtherNetworks: [{mode: further, aliases: ['www'], ipv4: '10.213.80.9'}],
      })
      const networks = at(await room.inspect(id), 'NetworkSettings', 'Networks')
      expect(Object.keys(Object(networks)).sort()).toEqual(names)
      expect(at(networks, further, 'IPAddress')).toBe('10.213.80.9')
      expect(listAt(networks, further, 'Aliases')).toContain('www')
    } finally {
      await room.clear()
      for (const name of names) await room.client.json('DELETE', `/networks/${name}`)
    }
  })

  test("a network of one's own takes aliases and an address", async () => {
    const name = `${room.cluster}-net`
    await room.client.json('POST', '/networks/create', {body: {Name: name, IPAM: {Config: [{Subnet: '10.213.77.0/24'}]}}})
    try {
      const {id} = await start({network: {mode: name, aliases: ['www'], ipv4: '10.213.77.9'}})
      const endpoint = at(await room.inspect(id), 'NetworkSettings', 'Networks', name)
      expect(at(endpoint, 'IPAddress')).toBe('10.213.77.9')
      expect(listAt(endpoint, 'Aliases')).toContain('www')
    } finally {
      await room.clear()
      await room.client.json('DELETE', `/networks/${name}`)
    }
  })
})

describe('what the container sees of it', () => {
  test('variables of the spec and of files', async () => {
    const path = join(directory, 'env')
    await writeFile(path, 'FROM_FILE="a b"\nBOTH=file\n')
    const files = [
      {path, optional: false},
      {path: join(directory, 'none'), optional: true},
    ]
    const spec = {environment: {BOTH: 'spec'}, environmentFiles: files, command: print('echo "$FROM_FILE/$BOTH"')}
    expect(await outputOf(spec)).toEqual(['a b/spec'])
  })

  test.each<{title: string; spec: Partial<ContainerSpec>; expected: readonly string[]}>([
    {title: 'user and groups', spec: {user: '65534:65534', command: print('id -u; id -g')}, expected: ['65534', '65534']},
    {title: 'entrypoint and command', spec: {entrypoint: ['echo', 'hello'], command: ['world']}, expected: ['hello world']},
    {title: 'working directory', spec: {workingDirectory: '/etc', command: ['pwd']}, expected: ['/etc']},
    {title: 'open files', spec: {ulimits: [{name: 'nofile', soft: 99, hard: 99}], command: print('ulimit -n')}, expected: ['99']},
    {title: 'lines of a terminal', spec: {terminal: true, command: print('echo one; echo two')}, expected: ['one', 'two']},
    {title: 'lines of both streams', spec: {command: print('echo out; sleep 0.1; echo err >&2')}, expected: ['out', 'err']},
    {
      title: 'a line longer than a frame',
      spec: {command: print('head -c 40000 /dev/zero | tr "\\0" x; echo; echo end')},
      expected: ['x'.repeat(40_000), 'end'],
    },
  ])('$title', async ({spec, expected}) => {
    expect(await outputOf(spec)).toEqual(expected)
  })
})
