import {join} from 'node:path'
import {until} from '../fakes/until.ts'
import {mustExecute} from './execute.ts'
import {within} from './keeper.ts'
import {etcdBase, type Uplink} from './network.ts'
import type {ProcessIdentity} from './process-identity.ts'

/** Where the members of a bed's etcd listen for clients. */
export function etcdEndpoints({network}: Pick<Uplink, 'network'>, members: number): readonly string[] {
  return addresses(network, members).map(address => `http://${address}:2379`)
}

/** Starts etcd within the bed, each member at an address of its own, its data in memory, and resolves when all answer. */
export async function startEtcd(
  directory: string,
  keeper: ProcessIdentity,
  bed: {readonly network: string; readonly members: number},
  signal: AbortSignal,
): Promise<void> {
  const own = addresses(bed.network, bed.members)
  const cluster = own.map((address, index) => `etcd${index + 1}=http://${address}:2380`).join(',')
  const data = join(directory, 'etcd')
  await mustExecute(within(keeper, ['sh', '-ec', starting, 'etcd', data, cluster, ...own]), {signal})
  const healthy = async (endpoint: string) => {
    signal.throwIfAborted()
    try {
      const answer = await fetch(`${endpoint}/health`, {signal: AbortSignal.timeout(1000)})
      return (await answer.text()).includes('"true"')
    } catch {
      return false
    }
  }
  const endpoints = etcdEndpoints(bed, bed.members)
  await Promise.all(endpoints.map(endpoint => until(`etcd answers at ${endpoint}`, () => healthy(endpoint), 20_000)))
}

/** The v2 API is there for units that call etcdctl in its grammar. */
const starting = `
data=$1 cluster=$2
shift 2
mkdir -p "$data"
mount -t tmpfs tmpfs "$data"
number=0
for address; do
  number=$((number + 1))
  ip address add "$address/24" dev bed
  setsid etcd --name "etcd$number" --data-dir "$data/$number" --enable-v2 --logger zap --log-level warn \\
    --listen-client-urls "http://$address:2379" --advertise-client-urls "http://$address:2379" \\
    --listen-peer-urls "http://$address:2380" --initial-advertise-peer-urls "http://$address:2380" \\
    --initial-cluster "$cluster" </dev/null >"$data.$number.log" 2>&1 &
done`

function addresses(network: string, members: number): readonly string[] {
  return Array.from({length: members}, (_, index) => `${network}.${etcdBase + index}`)
}
