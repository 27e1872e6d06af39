import {Flags} from '@oclif/core'
import {connectionFlags} from '../connection.ts'
import {sshFlags} from '../ssh/flags.ts'

/** The flags of every command that works on a cluster. Those of ssh are shown by the commands that are about it. */
export const clusterFlags = {
  ...connectionFlags,
  tunnel: shown(sshFlags.tunnel),
  'ssh-username': rare(sshFlags['ssh-username']),
  'ssh-port': rare(sshFlags['ssh-port']),
  'ssh-timeout': rare(sshFlags['ssh-timeout']),
  'strict-host-key-checking': rare(sshFlags['strict-host-key-checking']),
  'known-hosts-file': rare(sshFlags['known-hosts-file']),
  'ssh-config': rare(sshFlags['ssh-config']),
  identity: rare(sshFlags.identity),
}

/** What `ctl context add` takes: the same, and only from the command line. */
export const contextFlags = {
  endpoints: said(clusterFlags.endpoints),
  cacert: said(clusterFlags.cacert),
  cert: said(clusterFlags.cert),
  key: said(clusterFlags.key),
  user: said(clusterFlags.user),
  prefix: said(clusterFlags.prefix),
  tunnel: said(clusterFlags.tunnel),
  'ssh-username': said(clusterFlags['ssh-username']),
  'ssh-port': Flags.integer({summary: clusterFlags['ssh-port'].summary ?? '', min: 1, max: 65_535}),
  'ssh-timeout': said(clusterFlags['ssh-timeout']),
  'strict-host-key-checking': Flags.boolean({
    summary: clusterFlags['strict-host-key-checking'].summary ?? '',
    allowNo: true,
  }),
  'known-hosts-file': said(clusterFlags['known-hosts-file']),
  'ssh-config': said(clusterFlags['ssh-config']),
  identity: Flags.string({...told(sshFlags.identity), char: 'i'}),
}

function shown<F extends object>(flag: F): F {
  return {...flag, helpGroup: 'GLOBAL'}
}

/** Known to every command, and shown by few; a letter is free for other uses. */
function rare<F extends object>(flag: F): F {
  return {...flag, helpGroup: 'GLOBAL', hidden: true, char: undefined}
}

interface Said {
  readonly summary?: string | undefined
  readonly helpValue?: string | readonly string[] | undefined
}

function said(flag: Said) {
  return Flags.string(told(flag))
}

function told({summary = '', helpValue}: Said): {summary: string; helpValue?: string} {
  return {summary, ...(typeof helpValue === 'string' ? {helpValue} : {})}
}
