import {MemoryStore} from '../../src/lib/store/memory.ts'
import {storeContract} from '../contracts/store.ts'
import {openEtcdSource} from './etcd-source.ts'

storeContract('MemoryStore', async () => ({
  open: async () => {
    const store = new MemoryStore()
    return {
      store,
      expire: async session => store.expireSession(session),
      compact: async () => {
        store.compact(store.revision)
        return store.revision
      },
    }
  },
  close: async () => {},
}))

storeContract('the etcd store', openEtcdSource)
