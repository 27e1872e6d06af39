import {openEtcdStore} from '../../store/etcd/etcd-store.ts'
import type {EtcdOptions} from '../../store/etcd/options.ts'
import type {Store} from '../../store/store.ts'

/** The store of a thread of its own: what came to it from another one are plain bytes. */
export function openThreadStore({tls, ...etcd}: EtcdOptions): Store {
  if (tls === undefined) return openEtcdStore(etcd)
  return openEtcdStore({...etcd, tls: Object.fromEntries(Object.entries(tls).map(([name, bytes]) => [name, Buffer.from(bytes)]))})
}
