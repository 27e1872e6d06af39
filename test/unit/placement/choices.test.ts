import {describe, expect, test} from 'vitest'
import {parseUnit} from '../../../src/lib/unit/parse-unit.ts'
import type {Placement} from '../../../src/lib/unit/unit.ts'

function read(lines: string, rest = '[Container]\nImage=app:1') {
  return parseUnit('web@1.service', `[X-Fleet]\n${lines}\n${rest}\n`)
}

describe('what [X-Fleet] says beyond fleet', () => {
  test.each<[lines: string, said: Partial<Placement>]>([
    ['MaxPerMachine=2', {maxPer: [{most: 2}]}],
    ['MaxPerMachine=2\nMaxPerMachine=3', {maxPer: [{most: 3}]}],
    [
      'MaxPer=zone:2 rack:1',
      {
        maxPer: [
          {key: 'zone', most: 2},
          {key: 'rack', most: 1},
        ],
      },
    ],
    ['MaxPer=zone:2\nMaxPerMachine=1', {maxPer: [{most: 1}, {key: 'zone', most: 2}]}],
    ['Spread=zone', {spread: [{key: 'zone'}]}],
    ['Spread=zone:a=50,b=30', {spread: [{key: 'zone', shares: {a: 50, b: 30}}]}],
    [
      'Prefer=disk=ssd:50 kernel>=5.10 spot:-30',
      {
        preferences: [
          {kind: 'metadata', condition: {key: 'disk', operator: '=', value: 'ssd'}, weight: 50},
          {kind: 'metadata', condition: {key: 'kernel', operator: '>=', value: '5.10'}, weight: 50},
          {kind: 'metadata', condition: {key: 'spot', operator: 'has', value: ''}, weight: -30},
        ],
      },
    ],
    ['Near=db@*.service', {preferences: [{kind: 'near', glob: 'db@*.service', weight: 50}]}],
    ['Away=batch@*:80', {preferences: [{kind: 'near', glob: 'batch@*', weight: -80}]}],
    ['Strategy=binpack', {strategy: 'binpack'}],
    ['Priority=90\nKeepAtLeast=3\nSticky=yes', {priority: 90, keepAtLeast: 3, sticky: true}],
    ['Requests=cpu=0.5 memory=256M', {requests: {cpus: 0.5, memoryBytes: 256 * 2 ** 20}}],
    [
      'Requests=cpu=250m\nRequests=disk=1G gpu=2 fpga=1',
      {requests: {cpus: 0.25, diskBytes: 2 ** 30, devices: {gpu: 2, fpga: 1}}},
    ],
    [
      'Ports=8080 53/udp',
      {
        ports: [
          {port: 8080, protocol: 'tcp'},
          {port: 53, protocol: 'udp'},
        ],
      },
    ],
    ['Ports=127.0.0.1:9000', {ports: [{port: 9000, protocol: 'tcp', address: '127.0.0.1'}]}],
    [
      'MachineMetadata=role!=db\nMachineMetadata="kernel>=5.10" "zone~eu-*" "gpu" "!spot"',
      {
        metadata: {},
        conditions: [
          {key: 'role', operator: '!=', value: 'db'},
          {key: 'kernel', operator: '>=', value: '5.10'},
          {key: 'zone', operator: '~', value: 'eu-*'},
          {key: 'gpu', operator: 'has', value: ''},
          {key: 'spot', operator: 'lacks', value: ''},
        ],
      },
    ],
  ])('%j', (lines, said) => {
    const {unit, problems} = read(lines)
    expect(problems).toEqual([])
    expect(unit?.placement).toMatchObject(said)
  })

  test.each<[lines: string, message: string, remedy: string]>([
    ['MaxPerMachine=0', "'0' is no whole number from 1", 'write MaxPerMachine=2'],
    ['MaxPer=zone', "'zone' is not key:number", 'write MaxPer=zone:2'],
    ['Spread=zone:a=80,b=30', 'the shares make 110, more than a hundred', 'write shares of a hundred'],
    ['Spread=zone:a', "'a' is no share of a hundred", 'write Spread=zone:a=50,b=30'],
    ['Prefer=disk=ssd:500', "'disk=ssd:500' has no weight that can be", 'write a weight of 1 to 100'],
    ['Near=db@[:5', "'db@[' is a malformed glob", 'write it with'],
    ['Away=db:-5', "'db:-5' has no weight that can be", 'write a weight of 1 to 100'],
    ['Strategy=stack', "'stack' is none of spread, binpack", 'write spread or binpack'],
    ['Priority=101', "'101' is no whole number from 0 to 100", 'write a number from 0 to 100'],
    ['Sticky=maybe', "'maybe' is neither yes nor no", 'write yes or no'],
    ['Requests=cpu=much', "'much' is no number of CPUs", 'write cpu=0.5'],
    ['Requests=memory=much', "'much' is no size", 'write memory=256M'],
    ['Requests=256M', "'256M' is no request", 'write Requests=cpu=0.5'],
    ['Ports=70000', "'70000' is no port", 'write Ports=8080 53/udp'],
    ['MachineMetadata="zone~["', 'not key=value', 'write MachineMetadata=key=value'],
  ])('%j is refused', (lines, message, remedy) => {
    const {unit, problems} = read(lines)
    expect(unit).toBeUndefined()
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        line: 2,
        message: expect.stringContaining(message),
        remedy: expect.stringContaining(remedy),
      }),
    ])
  })
})

describe('what a unit asks of its machine', () => {
  test.each<[name: string, text: string, requests: object]>([
    ['nothing', '[Container]\nImage=app', {cpus: 0, memoryBytes: 0, diskBytes: 0, ports: [], devices: {}}],
    ['its limits', '[Container]\nImage=app\n[Service]\nCPUQuota=150%\nMemoryMax=1G', {cpus: 1.5, memoryBytes: 2 ** 30}],
    [
      'less than its limits',
      '[Container]\nImage=app\n[Service]\nCPUQuota=150%\nMemoryMax=1G\n[X-Fleet]\nRequests=cpu=0.5',
      {cpus: 0.5, memoryBytes: 2 ** 30},
    ],
    [
      'what a docker line says',
      '[Service]\nExecStart=/usr/bin/docker run --cpus 2 --memory 512m -p 8080:80 -p 127.0.0.1:9000:9000/udp -p 81 app',
      {
        cpus: 2,
        memoryBytes: 512 * 2 ** 20,
        ports: [
          {port: 8080, protocol: 'tcp'},
          {port: 9000, protocol: 'udp', address: '127.0.0.1'},
        ],
      },
    ],
    ['any port of several is the engine’s to find', '[Container]\nImage=app\nPublishPort=8000-8010:80', {ports: []}],
    [
      'the ports that it names, in the network of the host',
      '[Container]\nImage=app\nNetwork=host\n[X-Fleet]\nPorts=80',
      {ports: [{port: 80, protocol: 'tcp'}]},
    ],
    [
      'the limits of a unit of systemd’s',
      '[Service]\nExecStart=/bin/true\nMemoryMax=64M\nCPUQuota=20%',
      {cpus: 0.2, memoryBytes: 64 * 2 ** 20},
    ],
    ['its GPUs', '[Service]\nExecStart=/usr/bin/docker run --gpus 2 app', {devices: {gpu: 2}}],
  ])('%s', (_, text, requests) => {
    expect(parseUnit('web.service', text).unit?.requests).toMatchObject(requests)
  })
})
