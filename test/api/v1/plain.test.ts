import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../../src/lib/base/errors.ts'
import {DisturbedStore} from '../../fakes/disturbed-store.ts'
import {ApiRoom} from './api-room.ts'
import {metricsIn} from './metrics-text.ts'

let room: ApiRoom
let store: DisturbedStore
beforeEach(async () => {
  store = new DisturbedStore()
  room = await ApiRoom.open(store)
})
afterEach(async () => {
  await room.close()
  store.close()
})

const json = {accept: 'application/json'}

describe('health', () => {
  test.each(['/healthz', '/readyz'])('%s is ok', async path => {
    const {status, text, headers} = await room.call(path)
    expect([status, text, headers.get('cache-control')]).toEqual([200, 'ok\n', 'no-store'])
    expect((await room.call(path, {headers: json})).json).toEqual({status: 'ok'})
  })

  test('a machine that cannot work is not ready, and alive', async () => {
    room.unready = 'this machine is not registered'
    const {status, text} = await room.call('/readyz')
    expect([status, text]).toEqual([503, 'unready: this machine is not registered\n'])
    expect((await room.call('/readyz', {headers: json})).json).toEqual({
      status: 'unready',
      reason: 'this machine is not registered',
    })
    expect((await room.call('/healthz')).status).toBe(200)
  })

  test('without etcd it is not ready', async () => {
    store.beforeRead = () => {
      throw new UnreachableError('no etcd answers')
    }
    const {status, text} = await room.call('/readyz')
    expect([status, text]).toEqual([503, 'unready: no etcd answers\n'])
  })

  test('many who ask cost one read', async () => {
    let reads = 0
    store.beforeRead = () => {
      reads += 1
    }
    await Promise.all(Array.from({length: 50}, () => room.call('/readyz')))
    expect(reads).toBe(1)
  })
})

test('what there is stands at /', async () => {
  expect((await room.call('/')).json).toMatchObject({name: 'meissa', version: '1.2.3', machine: 'm1'})
})

test('what is nowhere is told as JSON', async () => {
  expect((await room.call('/nowhere')).json).toMatchObject({error: {code: 'not-found', message: 'there is nothing at /nowhere'}})
})

describe('metrics', () => {
  test('are what Prometheus reads, and say what runs here', async () => {
    const {status, headers, text} = await room.call('/metrics')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    const metrics = metricsIn(text)
    expect(metrics.get('meissa_build_info')?.samples[0]).toMatchObject({value: 1, labels: {version: '1.2.3', machine: 'm1'}})
    for (const [name, least] of [
      ['process_cpu_seconds_total', 0.01],
      ['process_resident_memory_bytes', 1e6],
      ['process_open_fds', 5],
      ['process_start_time_seconds', 1.7e9],
      ['nodejs_eventloop_lag_max_seconds', 0],
      ['meissa_agent_ready', 1],
      ['meissa_api_streams', 0],
    ] as const)
      expect(metrics.get(name)?.samples[0]?.value, name).toBeGreaterThanOrEqual(least)
  })

  test('count requests by route, whatever is asked for', async () => {
    await room.call('/v1/units/nothing.service')
    await room.call('/v1/units/nothing-else.service')
    await room.call('/nowhere')
    await room.call('/elsewhere', {method: 'POST'})
    const metrics = metricsIn((await room.call('/metrics')).text)
    const counts = metrics.get('meissa_api_requests_total')?.samples.map(({labels, value}) => [...Object.values(labels), value])
    expect(counts).toEqual([
      ['/v1/units/:name', 'GET', '4xx', 2],
      ['none', 'none', '4xx', 2],
    ])
    const timed = metrics.get('meissa_api_request_duration_seconds')?.samples.find(({name}) => name.endsWith('_count'))
    expect(timed).toMatchObject({labels: {route: '/v1/units/:name'}, value: 2})
  })

  test('say that the machine is not ready', async () => {
    room.unready = 'no'
    expect(metricsIn((await room.call('/metrics')).text).get('meissa_agent_ready')?.samples[0]?.value).toBe(0)
  })
})
