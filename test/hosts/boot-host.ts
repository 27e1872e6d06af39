import {readFileSync} from 'node:fs'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {BedRecord, HostRecord} from './bed-record.ts'
import {cgroupOf} from './cgroups.ts'
import {mustExecute} from './execute.ts'
import {hostFiles} from './host-files.ts'
import {within} from './keeper.ts'
import {ociConfig} from './oci-config.ts'
import {bedDirectory, checkoutInside, root} from './places.ts'
import type {ProcessIdentity} from './process-identity.ts'
import {makeKey} from './ssh-files.ts'
import {writeTree} from './write-tree.ts'

/** Makes the files of a host that has not been booted; answers its public ssh key. */
export async function prepareHost(
  bed: BedRecord,
  host: HostRecord,
  options: {readonly loginKey: string; readonly agentEnvironment: Readonly<Record<string, string>>},
): Promise<string> {
  const directory = hostDirectory(bed, host)
  const at = (name: string) => join(directory, name)
  for (const name of ['work', 'root', 'docker']) await mkdir(at(name), {recursive: true})
  const hostKey = await makeKey(at('host_key'), host.name)
  const secrets = {hostKey: hostKey.secret, loginKey: options.loginKey}
  const texts = {
    agentService: readFileSync(join(root, 'docs/meissa-agent.service'), 'utf8'),
    busyboxImage: readFileSync(join(root, 'bin/lib/busybox-image.sh'), 'utf8'),
    agentEnvironment: options.agentEnvironment,
  }
  await writeTree(at('upper'), hostFiles(bed, host, secrets, texts))
  const container = {
    rootDirectory: at('root'),
    dockerDirectory: at('docker'),
    cgroup: cgroupOf(bed, host),
    shown: {
      '/usr/local/bin/node': process.execPath,
      '/usr/local/lib/meissa/dist': join(root, 'dist'),
      '/usr/local/lib/meissa/bin/ctl': join(root, 'bin/ctl'),
      [checkoutInside]: root,
    },
  }
  await writeFile(at('config.json'), JSON.stringify({...ociConfig(container), hostname: host.name}))
  return hostKey.public
}

/** Switches a host on, and resolves when its init runs: it has still to boot. */
export async function bootHost(bed: BedRecord, keeper: ProcessIdentity, host: HostRecord, signal: AbortSignal): Promise<void> {
  const words = [bed.image, bedDirectory(bed.name), hostDirectory(bed, host), host.name, host.address]
  await mustExecute(within(keeper, ['sh', '-ec', booting, 'boot', ...words]), {signal})
}

/** Switches a host off as a cut of its power does; its disk stays. */
export async function haltHost(bed: BedRecord, keeper: ProcessIdentity, host: HostRecord): Promise<void> {
  await mustExecute(within(keeper, ['runc', '--root', join(bedDirectory(bed.name), 'runc'), 'delete', '--force', host.name]))
}

const booting = `
image=$1 bed=$2 host=$3 name=$4 address=$5
mountpoint -q "$host/root" || mount -t overlay overlay -o "lowerdir=$image,upperdir=$host/upper,workdir=$host/work" "$host/root"
runc --root "$bed/runc" delete --force "$name" 2>/dev/null || :
runc --root "$bed/runc" create --bundle "$host" --pid-file "$host/pid" "$name" </dev/null >"$host/console.log" 2>&1 ||
  { cat "$host/console.log" >&2; exit 1; }
pid=$(cat "$host/pid")
ip link delete "$name" 2>/dev/null || :
ip link add "$name" type veth peer name eth0 netns "$pid"
ip link set "$name" master bed up
nsenter --target "$pid" --net sh -ec "ip link set lo up; ip address add $address/24 dev eth0; ip link set eth0 up"
runc --root "$bed/runc" start "$name"`

function hostDirectory(bed: BedRecord, host: HostRecord): string {
  return join(bedDirectory(bed.name), host.name)
}
