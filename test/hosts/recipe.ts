import {createHash} from 'node:crypto'

/** What the hosts' file system is made from; another recipe is another image. */
export interface Recipe {
  /** Of debootstrap(8). */
  readonly variant: string
  readonly packages: readonly string[]
  /** What is emptied afterwards: nothing reads it, or every host makes its own. */
  readonly emptied: readonly string[]
  /** Moved afterwards, from and to: what a host has something else in place of. */
  readonly moved: Readonly<Record<string, string>>
}

/** Debian's smallest variant with what makes it a host: an init, sshd, Docker, and etcd's client. */
export const recipe: Recipe = {
  variant: 'minbase',
  packages: [
    ...['systemd', 'systemd-sysv', 'dbus', 'procps', 'iproute2', 'iputils-ping', 'iptables', 'openssh-server'],
    ...['docker.io', 'etcd-client', 'ca-certificates', 'busybox-static'],
  ],
  emptied: [
    ...['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian'],
    ...['var/cache/apt', 'var/cache/debconf', 'var/lib/apt/lists', 'var/log', 'etc/apt'],
  ],
  moved: {'usr/bin/etcdctl': 'usr/lib/etcd/etcdctl'},
}

/** Names an image: twelve hex digits of the recipe, the Debian release and the processor. */
export function imageName(from: Recipe, release: string, processor: string): string {
  return createHash('sha256')
    .update(JSON.stringify([from, release, processor]))
    .digest('hex')
    .slice(0, 12)
}
