import {afterEach, beforeEach, expect, test} from 'vitest'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {writesFor} from '../../fakes/engine-story.ts'
import {ApiRoom} from './api-room.ts'

let room: ApiRoom
let store: MemoryStore
beforeEach(async () => {
  store = new MemoryStore()
  room = await ApiRoom.open(store)
  await room.write(
    ...writesFor({
      machines: ['a', 'b cordoned'],
      units: ['x: Ports=80', 'z inactive: Ports=80', 'web@'],
      placed: ['x on a'],
    }),
  )
})
afterEach(async () => {
  await room.close()
  store.close()
})

test('a unit that would have no place', async () => {
  expect(await room.json('/v1/units/z.service/why')).toMatchObject({
    unit: 'z.service',
    supposed: true,
    verdict: 'refused',
    hasPlace: false,
    machines: expect.arrayContaining([
      expect.objectContaining({machine: 'b', remedy: 'it is uncordoned', objections: [{kind: 'cordoned'}]}),
    ]),
  })
})

test('a unit with a place', async () => {
  expect(await room.json('/v1/units/x.service/why?machine=a')).toMatchObject({
    verdict: 'stands',
    hasPlace: true,
    places: ['a'],
    machines: [{machine: 'a', stands: true, fits: true}],
  })
})

test.each([
  ['/v1/units/q.service/why', 404],
  ['/v1/units/web@.service/why', 400],
  ['/v1/units/x.service/why?machine=q', 404],
  ['/v1/units/x.service/why?odd=1', 400],
])('%s is %d', async (path, status) => {
  expect((await room.call(path)).status).toBe(status)
})
