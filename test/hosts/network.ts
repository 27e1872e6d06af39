import {readFileSync} from 'node:fs'
import {networkInterfaces} from 'node:os'
import {execute, mustExecute} from './execute.ts'
import {within} from './keeper.ts'
import type {ProcessIdentity} from './process-identity.ts'

/** Where a bed can be reached from this machine. */
export interface Uplink {
  /** The link in this machine, with the bed's id as its alias. */
  readonly link: string
  /** The first three numbers of the bed's addresses. */
  readonly network: string
}

/** Addresses in a bed's network by their last number: etcd's members from 2, hosts from 11, this machine 254. */
export const etcdBase = 2
export const hostBase = 11

/**
 * Joins the bed's bridge to this machine by a link, in the first of 254 networks that is free: who makes the link has the
 * network. Throws when none is.
 */
export async function joinNetwork(keeper: ProcessIdentity, id: string, signal: AbortSignal): Promise<Uplink> {
  const taken = Object.values(networkInterfaces()).flatMap(addresses => addresses?.map(({address}) => address) ?? [])
  for (let number = 0; number < 254; number++) {
    const [link, network] = [`mhosts${number}`, `10.213.${number}`]
    if (taken.some(address => address.startsWith(`${network}.`))) continue
    const making = `link add ${link} type veth peer name uplink netns ${keeper.pid}`
    if ((await execute(['ip', ...making.split(' ')], {signal})).code !== 0) continue
    for (const command of [`link set ${link} alias ${id}`, `address add ${network}.254/24 dev ${link}`, `link set ${link} up`])
      await mustExecute(['ip', ...command.split(' ')], {signal})
    await mustExecute(within(keeper, ['ip', 'link', 'set', 'uplink', 'master', 'bed', 'up']), {signal})
    return {link, network}
  }
  throw new Error('no network between 10.213.0.0/24 and 10.213.253.0/24 is free')
}

/** Removes the link in this machine if it is the bed's. It goes by itself with the bed's namespaces, but later. */
export async function leaveNetwork(link: string, id: string): Promise<void> {
  if (aliasOf(link) === id) await execute(['ip', 'link', 'delete', link])
}

function aliasOf(link: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${link}/ifalias`, 'utf8').trim()
  } catch {
    return undefined
  }
}
