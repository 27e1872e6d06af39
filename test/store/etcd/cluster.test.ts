import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openEtcdStore} from '../../../src/lib/store/etcd/etcd-store.ts'
import {type EtcdServer, startEtcdCluster} from '../../fakes/etcd-server.ts'
import {until} from '../watching.ts'

describe('three members, one of which does not serve', () => {
  let servers: readonly EtcdServer[]
  beforeAll(async () => {
    servers = await startEtcdCluster(3)
  })
  afterAll(async () => await Promise.all((servers ?? []).map(server => server.remove())))

  test.each([
    ['stopped', (server: EtcdServer) => server.stop(), (server: EtcdServer) => server.start()],
    ['frozen', async (server: EtcdServer) => server.freeze(), async (server: EtcdServer) => server.thaw()],
  ] as const)(
    '%s: reads, writes, watches and sessions go on',
    async (how, fail, mend) => {
      const [one] = servers
      if (one === undefined) throw new Error('no members')
      const store = openEtcdStore({endpoints: servers.map(server => server.endpoint), prefix: `/${how}/`})
      const lonely = openEtcdStore({endpoints: [one.endpoint], prefix: `/${how}/`})
      try {
        const session = await store.openSession(10)
        const ending = new AbortController()
        const {revision} = await store.list([''])
        const seen: string[] = []
        const watching = (async () => {
          for await (const {events} of store.watch([''], revision, ending.signal))
            for (const event of events) if (event.kind === 'put') seen.push(event.entry.key)
        })()
        await fail(one)
        const written: string[] = []
        for (let index = 0; index < 20; index += 1) {
          const key = `k${String(index).padStart(2, '0')}`
          await until(`${key} is written`, async () => {
            try {
              const {entries} = await store.get([key])
              return (
                await store.commit(
                  [{kind: 'unchanged', key, modRevision: entries[0]?.modRevision ?? 0}],
                  [{kind: 'put', key, value: ''}],
                )
              ).ok
            } catch {
              return false
            }
          })
          written.push(key)
        }
        await until('the watch has seen all', () => written.every(key => seen.includes(key)), 25_000)
        expect(session.lost.aborted).toBe(false)
        expect((await store.list([''])).entries.map(entry => entry.key)).toEqual(written)
        await mend(one)
        await until('the member serves again', async () => {
          try {
            return (await lonely.list([''])).entries.length === 20
          } catch {
            return false
          }
        })
        expect(seen).toEqual([...new Set(seen)])
        await session.close({revoke: true})
        ending.abort()
        await watching
      } finally {
        store.close()
        lonely.close()
      }
    },
    60_000,
  )
})
