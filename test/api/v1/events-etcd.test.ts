import {afterAll, beforeAll, expect, test} from 'vitest'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import type {Store} from '../../../src/lib/store/store.ts'
import {type EtcdServer, startEtcd} from '../../fakes/etcd-server.ts'
import {recordEntry} from '../../fakes/stored-cluster.ts'
import {until} from '../../fakes/until.ts'
import {ApiRoom, type EventReader, type Json} from './api-room.ts'

let etcd: EtcdServer
let store: Store
let room: ApiRoom
beforeAll(async () => {
  etcd = await startEtcd()
  store = openEtcdStore({endpoints: [etcd.endpoint]})
  room = await ApiRoom.open(store)
})
afterAll(async () => {
  await room?.close()
  store?.close()
  await etcd?.remove()
})

const units = ({events}: EventReader) => events.filter(({kind}: Json) => kind === 'unit').map(({unit}: Json) => unit)

test('streams outlive etcd, and tell of everything once', async () => {
  const first = await room.events()
  await until('hello', () => first.events.length > 0)
  const {revision} = first.events[0]
  const written: string[] = []
  const write = async (count: number) => {
    for (let at = 0; at < count; at++) {
      const name = `web@${written.length}.service`
      await room.entries(recordEntry(name))
      written.push(name)
    }
  }
  await write(20)
  await until('the first are heard', () => units(first).length === 20)
  await etcd.stop()
  expect((await room.call('/readyz')).status).toBe(503)
  await until('lists are refused', async () => (await room.call('/v1/units')).status === 503)
  await etcd.start()
  await until('etcd is back', async () => (await room.call('/readyz')).status === 200)
  await write(20)
  await until('everything is heard', () => units(first).length >= written.length)
  expect(units(first)).toEqual(written)

  // A new agent has no memory: it tells from etcd's own history, over another restart.
  const other = await ApiRoom.open(store)
  try {
    const late = await other.events(`?since=${revision}`)
    await until('history is told', () => units(late).length === written.length)
    await etcd.restart()
    await write(10)
    await until('and what comes after', () => units(late).length >= written.length && units(first).length >= written.length)
    expect(units(late)).toEqual(written)
    expect(units(first)).toEqual(written)
  } finally {
    await other.close()
  }
}, 60_000)
