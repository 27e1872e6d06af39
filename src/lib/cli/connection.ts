import {readFile} from 'node:fs/promises'
import {Flags} from '@oclif/core'
import {messageOf, UsageError} from '../base/errors.ts'
import type {Dial, EtcdOptions} from '../store/etcd/options.ts'
import type {Store} from '../store/store.ts'
import {defaultEndpoints} from './context/settings.ts'
import {splitEndpoints} from './context/view.ts'

/** How every command is told which etcd: etcdctl's flags and `--context`. What else has a say, `chooseCluster` knows. */
export const connectionFlags = {
  context: Flags.string({
    summary: 'cluster to use, one of `ctl context list`',
    helpGroup: 'GLOBAL',
    helpValue: 'NAME',
    env: 'CTL_CONTEXT',
  }),
  endpoints: Flags.string({
    summary: 'etcd to use, several parted by commas',
    helpGroup: 'GLOBAL',
    env: 'CTL_ENDPOINTS',
    default: defaultEndpoints,
  }),
  cacert: fileFlag('the CA that signed the servers’ certificates', 'CACERT'),
  cert: fileFlag('certificate to show to etcd', 'CERT'),
  key: fileFlag('key of that certificate', 'KEY'),
  user: Flags.string({
    summary: 'user of etcd, as name:password',
    helpGroup: 'GLOBAL',
    env: 'CTL_USER',
  }),
  prefix: Flags.string({
    summary: 'where in etcd the cluster stands',
    helpGroup: 'GLOBAL',
    env: 'CTL_PREFIX',
    default: '/meissa/v1/',
    hidden: true,
  }),
}

export interface ConnectionFlags {
  readonly endpoints: string
  readonly cacert?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly user?: string | undefined
  readonly prefix: string
  readonly tunnel?: string | undefined
}

/** Opens the store that the flags say. Throws UsageError for flags that cannot be; whether etcd answers shows at the first call. */
export async function openStore(flags: ConnectionFlags, dial?: Dial): Promise<Store> {
  const [{openEtcdStore}, options] = await Promise.all([import('../store/etcd/etcd-store.ts'), etcdOptions(flags)])
  return openEtcdStore(dial === undefined ? options : {...options, dial})
}

/** What the flags say of etcd, their files read. Throws UsageError for flags that cannot be. */
export async function etcdOptions(flags: ConnectionFlags): Promise<EtcdOptions> {
  const [ca, cert, key] = await Promise.all([
    readPem('cacert', flags.cacert),
    readPem('cert', flags.cert),
    readPem('key', flags.key),
  ])
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--cert and --key go together', {hint: 'give both, or neither'})
  const tls = {...(ca === undefined ? {} : {ca}), ...(cert === undefined || key === undefined ? {} : {cert, key})}
  const auth = parseUser(flags.user)
  return {
    endpoints: splitEndpoints(flags.endpoints),
    prefix: flags.prefix,
    ...(Object.keys(tls).length === 0 ? {} : {tls}),
    ...(auth === undefined ? {} : {auth}),
  }
}

function fileFlag(summary: string, name: string) {
  return Flags.string({summary: `file with ${summary}`, helpGroup: 'GLOBAL', helpValue: 'FILE', env: `CTL_${name}`})
}

function parseUser(user: string | undefined): {readonly username: string; readonly password: string} | undefined {
  if (user === undefined) return undefined
  const at = user.indexOf(':')
  if (at <= 0) throw new UsageError(`--user has no ${at === 0 ? 'name' : 'password'}`, {hint: 'write it as name:password'})
  return {username: user.slice(0, at), password: user.slice(at + 1)}
}

/** The contents of a flag's file, if it has one. Throws UsageError for one that cannot be read. */
export async function readPem(flag: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  return readFile(path).catch(error => {
    throw new UsageError(`--${flag}: cannot read ${path}: ${messageOf(error)}`, {cause: error})
  })
}
