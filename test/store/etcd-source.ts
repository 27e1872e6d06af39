import {Etcd3} from 'etcd3'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import type {StoreSource} from '../contracts/store.ts'
import {startEtcd} from '../fakes/etcd-server.ts'

/** Stores on one real etcd, each under a prefix of its own. */
export async function openEtcdSource(): Promise<StoreSource> {
  const server = await startEtcd()
  const raw = new Etcd3({hosts: [server.endpoint]})
  let opened = 0
  return {
    open: async () => {
      opened += 1
      const prefix = `/test${opened}/`
      return {
        store: openEtcdStore({endpoints: [server.endpoint], prefix}),
        expire: async session => {
          await raw.leaseClient.leaseRevoke({ID: session})
        },
        compact: async () => {
          const {header} = await raw.kv.range({key: Buffer.from('x')})
          await raw.kv.compact({revision: header.revision, physical: true})
          return Number(header.revision)
        },
      }
    },
    close: async () => {
      raw.close()
      await server.remove()
    },
  }
}
