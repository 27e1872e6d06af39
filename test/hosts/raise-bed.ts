import {randomBytes} from 'node:crypto'
import {ConflictError} from '../../src/lib/base/errors.ts'
import {type BedRecord, claimBed, writeBed} from './bed-record.ts'
import {bootHost, prepareHost} from './boot-host.ts'
import {etcdEndpoints, startEtcd} from './etcd.ts'
import {ensureImage} from './image.ts'
import {startKeeper} from './keeper.ts'
import {hostBase, joinNetwork} from './network.ts'
import {bedDirectory} from './places.ts'
import {identify, type ProcessIdentity} from './process-identity.ts'
import {untilBooted, untilRegistered} from './ready.ts'
import {removeBed, sweepBeds} from './remove-bed.ts'
import {makeKey, sshFiles, writeSshFiles} from './ssh-files.ts'

export interface BedOptions {
  readonly name: string
  readonly count: number
  /** Members of etcd. */
  readonly etcd: number
  /** Whether each host runs the agent. */
  readonly agent: boolean
  /** Added to the agents' environment. */
  readonly agentEnvironment: Readonly<Record<string, string>>
  /** Stays when this process ends; otherwise it dies with it. */
  readonly kept: boolean
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

export interface Bed {
  readonly record: BedRecord
  readonly keeper: ProcessIdentity
}

/**
 * Raises a bed and resolves when every host has booted, answers ssh and runs Docker, and its agent is registered. Beds that
 * were left behind are removed first. Throws ConflictError when there is a bed of that name; on any failure, and when the
 * signal aborts, nothing is left.
 */
export async function raiseBed(options: BedOptions): Promise<Bed> {
  await sweepBeds()
  const image = await ensureImage(options.say, options.signal)
  const claimed = newRecord(options, image)
  if (!(await claimBed(claimed))) {
    throw new ConflictError(`the bed ${options.name} stands already`, {
      hint: `--replace takes it down first, --name gives this one another name`,
    })
  }
  try {
    return await raiseClaimed(claimed, options)
  } catch (error) {
    await removeBed(options.name)
    throw error
  }
}

async function raiseClaimed(claimed: BedRecord, options: BedOptions): Promise<Bed> {
  const {signal, say} = options
  const directory = bedDirectory(claimed.name)
  const keeper = await startKeeper({directory, tethered: !options.kept})
  const uplink = await joinNetwork(keeper, claimed.id, signal)
  const bed: BedRecord = {
    ...claimed,
    ...uplink,
    hosts: claimed.hosts.map((host, index) => ({...host, address: `${uplink.network}.${hostBase + index}`})),
    endpoints: etcdEndpoints(uplink, options.etcd),
  }
  await writeBed(bed)
  const etcd = startEtcd(directory, keeper, {network: uplink.network, members: options.etcd}, signal)
  const [hostKeys] = await Promise.all([startHosts(bed, keeper, options), etcd])
  await writeSshFiles(directory, bed.hosts, hostKeys)
  const failed = await Promise.all(bed.hosts.map(host => untilBooted(bed, host, signal)))
  for (const [index, units] of failed.entries())
    if (units.length > 0) say(`${bed.hosts[index]?.name} is degraded: ${units.join(', ')} failed`)
  if (bed.agent) await untilRegistered(bed, signal)
  const risen = {...bed, up: true}
  await writeBed(risen)
  return {record: risen, keeper}
}

/** Answers the hosts' public keys, in their order. */
async function startHosts(bed: BedRecord, keeper: ProcessIdentity, options: BedOptions): Promise<readonly string[]> {
  const login = await makeKey(sshFiles(bedDirectory(bed.name)).identity, `bed ${bed.name}`)
  return Promise.all(
    bed.hosts.map(async host => {
      const key = await prepareHost(bed, host, {loginKey: login.public, agentEnvironment: options.agentEnvironment})
      await bootHost(bed, keeper, host, options.signal)
      return key
    }),
  )
}

function newRecord(options: BedOptions, image: string): BedRecord {
  const owner = identify(process.pid)
  if (owner === undefined) throw new Error('/proc does not know this process')
  const hosts = Array.from({length: options.count}, (_, index) => ({
    name: `host${index + 1}`,
    address: '',
    machineId: randomBytes(16).toString('hex'),
  }))
  return {
    ...{name: options.name, id: randomBytes(4).toString('hex'), kept: options.kept, owner, image, hosts},
    ...{endpoints: [], agent: options.agent, up: false},
  }
}
