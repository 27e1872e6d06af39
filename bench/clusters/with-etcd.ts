import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import type {Store} from '../../src/lib/store/store.ts'
import {startEtcd} from '../../test/fakes/etcd-server.ts'

/** An etcd of the benchmark's own, empty, and the cluster's store on it. */
export interface BenchEtcd {
  readonly endpoint: string
  readonly store: Store
}

export const prefix = '/meissa/v1/'

/** Calls `use` with an etcd made for it, with room for the largest cluster; takes it away whatever happens. */
export async function withEtcd<T>(use: (etcd: BenchEtcd) => Promise<T>): Promise<T> {
  const server = await startEtcd({args: ['--quota-backend-bytes', String(8 * 1024 ** 3)]})
  const store = openEtcdStore({endpoints: [server.endpoint], prefix, callTimeoutMs: 30_000})
  try {
    return await use({endpoint: server.endpoint, store})
  } finally {
    store.close()
    await server.remove()
  }
}
