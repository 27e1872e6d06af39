import {describe, expect, test} from 'vitest'
import {at} from '../../../src/lib/drivers/docker/json.ts'
import {containerRequest, type RequestContext, stopTimeout} from '../../../src/lib/drivers/docker/spec.ts'
import {type ContainerSpec, plainContainer} from '../../../src/lib/unit/container/container-spec.ts'

const context: RequestContext = {
  owner: {cluster: 'c', machine: 'm', unit: 'web.service'},
  identity: {runHash: 'abc', generation: 2},
  stopSeconds: 10,
}

/** The request as Docker gets it. */
function requestFor(spec: Partial<ContainerSpec>, more: Partial<RequestContext> = {}): unknown {
  return JSON.parse(JSON.stringify(containerRequest({...plainContainer('img:1'), ...spec}, {...context, ...more})))
}

const tcp = (containerPort: number, more: object = {}) => ({containerPort, protocol: 'tcp' as const, ...more})

describe('a request', () => {
  test('of a plain container says no more than it must', () => {
    const request = requestFor({})
    expect(Object.keys(request ?? {})).not.toContain('Cmd')
    expect(Object.keys(request ?? {})).not.toContain('Entrypoint')
    expect(Object.keys(request ?? {})).not.toContain('NetworkingConfig')
    expect(at(request, 'HostConfig', 'RestartPolicy')).toEqual({Name: 'no'})
  })

  test("carries whose it is, which the unit's own labels cannot change", () => {
    const labels = {'meissa.unit': 'fake', mine: 'yes'}
    expect(at(requestFor({labels, annotations: {note: 'n', mine: 'no'}}), 'Labels')).toEqual({
      note: 'n',
      mine: 'yes',
      'meissa.cluster': 'c',
      'meissa.machine': 'm',
      'meissa.unit': 'web.service',
      'meissa.run': 'abc',
      'meissa.generation': '2',
    })
  })

  test('takes variables of the image away by their bare names', () => {
    const request = requestFor({environment: {B: '2', C: 'a=b'}, unsetVariables: ['A']})
    expect(at(request, 'Env')).toEqual(['B=2', 'C=a=b', 'A'])
  })

  test('passes on what not every kernel lets run', () => {
    const spec = {privileged: true, userNamespace: 'host', runtime: 'runc', volumesFrom: ['data:ro'], links: ['db:db']}
    expect(at(requestFor(spec), 'HostConfig')).toMatchObject({
      Privileged: true,
      UsernsMode: 'host',
      Runtime: 'runc',
      VolumesFrom: ['data:ro'],
      Links: ['db:db'],
    })
  })

  test('tells an entrypoint that is cleared from one that is not said', () => {
    expect(at(requestFor({entrypoint: []}), 'Entrypoint')).toEqual([])
  })

  test.each([
    {title: 'any address', ports: [tcp(80, {hostPort: 8080})], expected: {'80/tcp': [{HostIp: '', HostPort: '8080'}]}},
    {
      title: "the machine's address",
      ports: [tcp(80, {hostPort: 8080}), tcp(81, {hostAddress: '127.0.0.1', hostPort: 81})],
      publishAddress: '10.0.0.1',
      expected: {'80/tcp': [{HostIp: '10.0.0.1', HostPort: '8080'}], '81/tcp': [{HostIp: '127.0.0.1', HostPort: '81'}]},
    },
    {title: 'any free port', ports: [tcp(80)], expected: {'80/tcp': [{HostIp: '', HostPort: ''}]}},
    {
      title: 'two host ports',
      ports: [tcp(80, {hostPort: 1}), tcp(80, {hostPort: 2})],
      expected: {
        '80/tcp': [
          {HostIp: '', HostPort: '1'},
          {HostIp: '', HostPort: '2'},
        ],
      },
    },
  ])('publishes on $title', ({ports, publishAddress, expected}) => {
    const request = requestFor({ports}, {publishAddress})
    expect(at(request, 'HostConfig', 'PortBindings')).toEqual(expected)
    expect(at(request, 'ExposedPorts')).toEqual(Object.fromEntries(Object.keys(expected).map(port => [port, {}])))
  })

  test.each([
    {mode: 'bridge', expected: undefined},
    {mode: 'host', expected: undefined},
    {mode: 'container:db', expected: undefined},
    {mode: 'backend', expected: {EndpointsConfig: {backend: {Aliases: ['www'], IPAMConfig: {IPv4Address: '10.9.0.2'}}}}},
  ])('names itself in network $mode only where that can be', ({mode, expected}) => {
    expect(at(requestFor({network: {mode, aliases: ['www'], ipv4: '10.9.0.2'}}), 'NetworkingConfig')).toEqual(expected)
  })

  test.each([
    {seconds: 10, timeout: 10},
    {seconds: 0.2, timeout: 1},
    {seconds: 0, timeout: 0},
    {seconds: Number.POSITIVE_INFINITY, timeout: -1},
  ])('remembers $seconds s of grace as $timeout', ({seconds, timeout}) => {
    expect(stopTimeout(seconds)).toBe(timeout)
    expect(at(requestFor({}, {stopSeconds: seconds}), 'StopTimeout')).toBe(timeout)
  })
})
