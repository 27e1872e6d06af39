import {optionsOf, type UnitFile} from './file.ts'

/**
 * Units that the hosts of fleet's time brought along, and that units written for them depend on. Where a machine has no
 * such unit, what it stood for is there in another shape or not needed, so that the dependency counts as satisfied.
 */
export const platformUnits: ReadonlySet<string> = new Set([
  // Docker, and the one of CoreOS that starts before the network is set up
  'docker.service',
  'docker.socket',
  'docker-tcp.socket',
  'containerd.service',
  'early-docker.service',
  'early-docker.socket',
  'early-docker.target',
  // etcd under each of its names
  'etcd.service',
  'etcd2.service',
  'etcd3.service',
  'etcd-member.service',
  // flannel
  'flanneld.service',
  'flannel-docker-opts.service',
  // fleet itself
  'fleet.service',
  'fleet.socket',
  // What else CoreOS ran
  'coreos-setup-environment.service',
  'locksmithd.service',
  'update-engine.service',
  // The network and its clock (systemd.special(7))
  'network.target',
  'network-online.target',
  'nss-lookup.target',
  'time-sync.target',
  'systemd-networkd.service',
  'systemd-networkd-wait-online.service',
  'systemd-resolved.service',
  'systemd-timesyncd.service',
])

/** A unit without which another does not start, as it is written: specifiers are not resolved. */
export interface HardDependency {
  readonly key: string
  readonly name: string
  readonly line: number
}

/**
 * The units without which this one does not start, in the order of the lines (systemd.unit(5)). `PartOf=` is none of
 * them: it only hands on a stop and a restart.
 */
export function hardDependencies(file: UnitFile): HardDependency[] {
  return hardKeys
    .flatMap(key => optionsOf(file, 'Unit', key))
    .flatMap(({key, value, line}) =>
      value
        .split(/\s+/)
        .filter(name => name !== '')
        .map(name => ({key, name, line})),
    )
    .toSorted((left, right) => left.line - right.line)
}

/** With the older spelling of BindsTo=. */
const hardKeys = ['Requires', 'Requisite', 'BindsTo', 'BindTo']
