import {afterEach, beforeEach, expect, test} from 'vitest'
import {keys} from '../../../src/lib/store/keys.ts'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {machineEntry} from '../../fakes/stored-cluster.ts'
import {ApiRoom} from './api-room.ts'

const use = {unit: 'web.service', run: 'c1', driver: 'docker', at: 1000, cpuSeconds: 2, memoryBytes: null} as const
let store: MemoryStore
let room: ApiRoom

beforeEach(async () => {
  store = new MemoryStore()
  await store.commit([], [{kind: 'put', key: keys.machine('m2'), value: machineEntry('m2').value}])
  room = await ApiRoom.open(store)
  room.uses = [use]
})
afterEach(async () => {
  await room.close()
  store.close()
})

test.each(['self', 'm1'])('/v1/machines/%s/use tells what runs here take', async id => {
  expect(await room.call(`/v1/machines/${id}/use`)).toMatchObject({status: 200, json: {machine: 'm1', runs: [use]}})
})

test.each([
  ['m2', 400, 'only the agent of m2 itself'],
  ['m9', 404, 'm9: no such machine'],
])('of %s it is no answer: %i', async (id, status, message) => {
  const called = await room.call(`/v1/machines/${id}/use`)
  expect(called).toMatchObject({status, json: {error: {message: expect.stringContaining(message)}}})
})
