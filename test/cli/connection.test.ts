import {join} from 'node:path'
import {expect, test} from 'vitest'
import {messageOf, UsageError} from '../../src/lib/base/errors.ts'
import {type ConnectionFlags, openStore} from '../../src/lib/cli/connection.ts'
import {withDirectory} from './temporary-directory.ts'

const local: ConnectionFlags = {endpoints: 'http://127.0.0.1:2379', prefix: '/test/'}

test.each<[name: string, flags: Partial<ConnectionFlags>]>([
  ['one endpoint', {}],
  ['several endpoints, with blanks and an empty one', {endpoints: ' http://127.0.0.1:1 , 127.0.0.1:2,'}],
  ['a user with a colon in the password', {user: 'root:a:b'}],
  ['a user with an empty password', {user: 'root:'}],
])('a store is opened for %s, without asking etcd', async (_, flags) => {
  const store = await openStore({...local, ...flags})
  store.close()
})

test.each<[name: string, flags: Partial<ConnectionFlags>, message: string]>([
  ['a user without a password', {user: 'root'}, '--user has no password'],
  ['a password without a user', {user: ':secret'}, '--user has no name'],
  ['no endpoint', {endpoints: ' , '}, 'no etcd endpoint is given'],
  ['an endpoint that is none', {endpoints: 'ftp://a'}, '"ftp://a" is no etcd endpoint'],
  ['http and https', {endpoints: 'http://a,https://b'}, 'etcd endpoints mix http and https'],
  ['a CA that is missing', {cacert: 'ROOT/none.pem'}, '--cacert: cannot read ROOT/none.pem: ENOENT'],
  ['a certificate that is missing', {cert: 'ROOT/none.pem', key: 'ROOT/key.pem'}, '--cert: cannot read ROOT/none.pem: ENOENT'],
  ['a key that is a directory', {cert: 'ROOT/cert.pem', key: 'ROOT'}, '--key: cannot read ROOT: EISDIR'],
  ['a certificate without its key', {cert: 'ROOT/cert.pem'}, '--cert and --key go together'],
  ['a key without its certificate', {key: 'ROOT/key.pem'}, '--cert and --key go together'],
])('%s is refused', async (_, flags, message) => {
  await withDirectory({'cert.pem': 'a certificate', 'key.pem': 'a key'}, async root => {
    const here = Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, value?.replace('ROOT', root)]))
    const told: unknown = await openStore({...local, ...here}).then(
      store => store.close(),
      (error: unknown) => error,
    )
    expect(told).toBeInstanceOf(UsageError)
    expect(messageOf(told).replaceAll(join(root), 'ROOT')).toContain(message)
  })
})
