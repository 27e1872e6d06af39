import type {BedRecord, HostRecord} from './bed-record.ts'

/** A file of a host, or a symbolic link. */
export type HostFile =
  | {readonly path: string; readonly text: string; readonly mode?: number}
  | {readonly path: string; readonly link: string}

export interface HostSecrets {
  /** OpenSSH's text of the host's own key. */
  readonly hostKey: string
  /** The key that root is logged in by, as authorized_keys has it. */
  readonly loginKey: string
}

export interface HostTexts {
  readonly agentService: string
  /** The shell function that makes the image of busybox. */
  readonly busyboxImage: string
  /** Added to the agent's environment. */
  readonly agentEnvironment: Readonly<Record<string, string>>
}

/** What one host has beside the image that all share: its name, its keys, its services. Paths are below the host's root. */
export function hostFiles(bed: BedRecord, host: HostRecord, secrets: HostSecrets, texts: HostTexts): readonly HostFile[] {
  const endpoints = bed.endpoints.join(',')
  return [
    {path: 'etc/hostname', text: `${host.name}\n`},
    {path: 'etc/machine-id', text: `${host.machineId}\n`},
    {path: 'etc/hosts', text: hostsTable(bed.hosts)},
    {path: 'etc/resolv.conf', text: ''},
    {path: 'etc/motd', text: ''},
    {path: 'etc/ssh/ssh_host_ed25519_key', text: secrets.hostKey, mode: 0o600},
    {path: 'etc/ssh/sshd_config.d/meissa.conf', text: sshdConfig(endpoints)},
    {path: 'root/.ssh/authorized_keys', text: secrets.loginKey, mode: 0o600},
    {path: 'usr/local/bin/ctl', link: '../lib/meissa/bin/ctl'},
    {path: 'usr/bin/etcdctl', text: etcdctl(endpoints), mode: 0o755},
    {path: 'usr/local/lib/busybox-image.sh', text: texts.busyboxImage},
    ...service('busybox-image.service', busyboxService),
    {path: 'etc/meissa/agent.env', text: environmentFile({...agentEnvironment(host, endpoints), ...texts.agentEnvironment})},
    ...(bed.agent ? service('meissa-agent.service', texts.agentService) : []),
    ...idle.map(unit => ({path: `etc/systemd/system/${unit}`, link: '/dev/null'})),
  ]
}

/** Units of Debian that would only take time: no apt, no disks of its own, no console. */
const idle = [
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer', 'fstrim.timer'],
  ...['e2scrub_reap.service', 'systemd-pstore.service', 'getty.target', 'console-getty.service'],
]

function hostsTable(hosts: readonly HostRecord[]): string {
  return ['127.0.0.1 localhost', ...hosts.map(({name, address}) => `${address} ${name}`), ''].join('\n')
}

/** Whoever logs in, with or without a login shell, has ctl speak to the bed's etcd. */
function sshdConfig(endpoints: string): string {
  return `HostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin prohibit-password\nUseDNS no\nPrintLastLog no\nMaxStartups 100\nSetEnv CTL_ENDPOINTS=${endpoints}\n`
}

/** Units of fleet's time call etcdctl in the grammar of etcd's v2 API. */
function etcdctl(endpoints: string): string {
  return `#!/bin/sh
# etcdctl of the bed's etcd, in the grammar of v2; ETCDCTL_API=3 asks for the other.
export ETCDCTL_API="\${ETCDCTL_API:-2}" ETCDCTL_ENDPOINTS="\${ETCDCTL_ENDPOINTS:-${endpoints}}"
exec /usr/lib/etcd/etcdctl "$@"
`
}

function agentEnvironment(host: HostRecord, endpoints: string): Readonly<Record<string, string>> {
  return {CTL_ENDPOINTS: endpoints, CTL_NAME: host.name, CTL_ADDRESS: host.address, CTL_METADATA: `hostname=${host.name}`}
}

function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const busyboxService = `[Unit]
Description=The image busybox:latest
Requires=docker.service
After=docker.service
Before=meissa-agent.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec '. /usr/local/lib/busybox-image.sh; busybox_image busybox:latest'

[Install]
WantedBy=multi-user.target
`

/** A service that is started at boot. */
function service(name: string, text: string): readonly HostFile[] {
  return [
    {path: `etc/systemd/system/${name}`, text},
    {path: `etc/systemd/system/multi-user.target.wants/${name}`, link: `../${name}`},
  ]
}
