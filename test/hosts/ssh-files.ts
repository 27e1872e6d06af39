import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {HostRecord} from './bed-record.ts'
import {mustExecute} from './execute.ts'

/** What it takes to log in to the hosts of a bed as root: files in the bed's directory. */
export interface SshFiles {
  /** For `ssh -F`; knows the hosts by name, refuses all whose key is not the one they were made with. */
  readonly config: string
  readonly knownHosts: string
  readonly identity: string
}

export function sshFiles(directory: string): SshFiles {
  const at = (name: string) => join(directory, name)
  return {config: at('ssh_config'), knownHosts: at('known_hosts'), identity: at('id_ed25519')}
}

/** Makes a key without a passphrase and answers both its halves. */
export async function makeKey(path: string, comment: string): Promise<{secret: string; public: string}> {
  await mustExecute(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path])
  return {secret: await readFile(path, 'utf8'), public: await readFile(`${path}.pub`, 'utf8')}
}

/** Writes the files of `sshFiles` but the identity; `hostKeys` are the hosts' public keys, in their order. */
export async function writeSshFiles(directory: string, hosts: readonly HostRecord[], hostKeys: readonly string[]): Promise<void> {
  const files = sshFiles(directory)
  await writeFile(files.config, sshConfig(files, hosts))
  await writeFile(files.knownHosts, knownHosts(hosts, hostKeys))
}

/** ssh_config(5): nothing of the user's own known hosts and keys has a say. */
function sshConfig(files: SshFiles, hosts: readonly HostRecord[]): string {
  const each = hosts.map(({name, address}) => `Host ${name}\n  HostName ${address}\n  HostKeyAlias ${name}\n`).join('\n')
  return `${each}
Host *
  User root
  IdentityFile ${files.identity}
  IdentitiesOnly yes
  UserKnownHostsFile ${files.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 5
  LogLevel ERROR
`
}

/** sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: a host by its name and by its address. */
function knownHosts(hosts: readonly HostRecord[], keys: readonly string[]): string {
  return hosts
    .map(({name, address}, index) => {
      const [type = '', key = ''] = (keys[index] ?? '').split(' ')
      return `${name},${address} ${type} ${key}\n`
    })
    .join('')
}
