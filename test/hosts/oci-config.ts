/** A host as a container: where it is on this machine, and what it sees of it. */
export interface HostContainer {
  readonly rootDirectory: string
  /** The host's /var/lib/docker, on a file system that overlayfs can write to; the root is an overlay itself. */
  readonly dockerDirectory: string
  readonly cgroup: string
  /** Read-only in the host: its path there, and the path here. */
  readonly shown: Readonly<Record<string, string>>
}

/**
 * The configuration that runc(8) boots a host from (OCI runtime specification 1.0): an init with namespaces of its own, that of
 * cgroups too, so that the host's systemd and the Docker in it see a tree that is theirs.
 */
export function ociConfig(host: HostContainer): object {
  return {
    ociVersion: '1.0.2',
    root: {path: host.rootDirectory},
    process: {
      user: {uid: 0, gid: 0},
      args: ['/sbin/init'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'container=oci'],
      cwd: '/',
      capabilities: {bounding: capabilities, effective: capabilities, permitted: capabilities},
    },
    mounts: [
      mount('/proc', 'proc', 'nosuid,noexec,nodev'),
      mount('/dev', 'tmpfs', 'nosuid,strictatime,mode=755,size=65536k'),
      mount('/dev/pts', 'devpts', 'nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5'),
      mount('/dev/shm', 'tmpfs', 'nosuid,noexec,nodev,mode=1777'),
      mount('/dev/mqueue', 'mqueue', 'nosuid,noexec,nodev'),
      mount('/sys', 'sysfs', 'nosuid,noexec,nodev'),
      mount('/sys/fs/cgroup', 'cgroup', 'nosuid,noexec,nodev,relatime,rw'),
      mount('/run', 'tmpfs', 'nosuid,nodev,mode=755'),
      mount('/run/lock', 'tmpfs', 'nosuid,nodev,noexec'),
      mount('/tmp', 'tmpfs', 'nosuid,nodev,mode=1777'),
      {destination: '/var/lib/docker', type: 'bind', source: host.dockerDirectory, options: ['bind', 'rw']},
      ...Object.entries(host.shown).map(([destination, source]) => ({
        destination,
        type: 'bind',
        source,
        options: ['rbind', 'ro'],
      })),
    ],
    linux: {
      cgroupsPath: host.cgroup,
      resources: {devices: [{allow: true, access: 'rwm'}]},
      namespaces: ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'].map(type => ({type})),
    },
  }
}

/** Docker's default set, and what systemd and a Docker inside need beside: mounts, links, and a look at other processes. */
const capabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID', 'SETFCAP', 'SETPCAP'],
  ...['NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE', 'SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'],
].map(name => `CAP_${name}`)

function mount(destination: string, type: string, options: string): object {
  return {destination, type, source: type, options: options.split(',')}
}
