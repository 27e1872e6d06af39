import type {Mount} from '../../unit/container/container-spec.ts'

/**
 * The parts of a HostConfig that mount. Binds for the short form, which makes a host directory that is missing, as `docker
 * run -v` does; Mounts for the long form, which does not. Volumes without a name are told beside the HostConfig.
 */
export function mounts(all: readonly Mount[]): object {
  const short = all.filter(mount => mount.long === undefined)
  const long = all.filter(mount => mount.long !== undefined)
  const binds = short.filter(mount => mount.type !== 'tmpfs' && mount.source !== undefined)
  const temporary = short.filter(mount => mount.type === 'tmpfs')
  return {
    Binds: binds.map(mount => [mount.source, mount.target, ...joined(options(mount))].join(':')),
    Mounts: long.length === 0 ? undefined : long.map(longMount),
    Tmpfs: Object.fromEntries(temporary.map(mount => [mount.target, options(mount).join(',')])),
  }
}

function options(mount: Mount): readonly string[] {
  return mount.readOnly && !mount.options.includes('ro') ? ['ro', ...mount.options] : mount.options
}

function joined(options: readonly string[]): readonly string[] {
  return options.length === 0 ? [] : [options.join(',')]
}

function longMount({type, source, target, readOnly, long = {}}: Mount): object {
  const {consistency, propagation, nonRecursive, noCopy, labels, driver, driverOptions, sizeBytes, mode} = long
  const driverConfig = driver === undefined && driverOptions === undefined ? undefined : {Name: driver, Options: driverOptions}
  return {
    Type: type,
    Source: source,
    Target: target,
    ReadOnly: readOnly || undefined,
    Consistency: consistency,
    BindOptions: given({Propagation: propagation, NonRecursive: nonRecursive}),
    VolumeOptions: given({NoCopy: noCopy, Labels: labels, DriverConfig: driverConfig}),
    TmpfsOptions: given({SizeBytes: sizeBytes, Mode: mode}),
  }
}

/** undefined when nothing in it is said. */
function given(parts: Readonly<Record<string, unknown>>): object | undefined {
  return Object.values(parts).some(part => part !== undefined) ? parts : undefined
}
