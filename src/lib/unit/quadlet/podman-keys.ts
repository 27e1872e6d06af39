import {Fault} from '../fault.ts'
import {type ContainerKey, ignored, last, onlyNo, refused} from './container-key.ts'

const engineHealth = 'the engine keeps its own log of health checks'
const noStartup = refused('Docker has no separate check for the start', 'write HealthStartPeriod=')
const noIdMap = refused('Docker maps users for the whole engine only', 'take it away, or set userns-remap of dockerd')
const pulledAgain = 'a failed pull is tried again anyway'
const noReload = 'units are not reloaded: `ctl restart`'

/** The keys of [Container] that ask for what only Podman has: refused with what to write instead, or of no effect here. */
export const podmanKeys: Readonly<Record<string, ContainerKey>> = {
  AutoUpdate: {
    ...last((spec, value) => ({...spec, labels: {...spec.labels, 'io.containers.autoupdate': value}})),
    remark: () => new Fault('is kept as a label; nothing here updates images', 'write Pull=always, and restart the unit'),
  },
  CgroupsMode: ignored('Docker has one mode'),
  ContainersConfModule: refused('Docker has no containers.conf', 'write the keys for what the module sets'),
  EnvironmentHost: onlyNo("a container does not get its machine's variables", 'write Environment= or EnvironmentFile='),
  GIDMap: noIdMap,
  GlobalArgs: refused('there is no podman command that would take them', 'take it away'),
  HealthLogDestination: ignored(engineHealth),
  HealthMaxLogCount: ignored(engineHealth),
  HealthMaxLogSize: ignored(engineHealth),
  HealthStartupCmd: noStartup,
  HealthStartupInterval: noStartup,
  HealthStartupRetries: noStartup,
  HealthStartupSuccess: noStartup,
  HealthStartupTimeout: noStartup,
  Mask: refused(
    'Docker masks its own choice of paths',
    'write Tmpfs=/path:ro over a directory, Volume=/dev/null:/path:ro over a file',
  ),
  Pod: refused(
    'there are no pods',
    'write Network=container:NAME to share a network, MachineOf= in [X-Fleet] to share a machine',
  ),
  ReloadCmd: ignored(noReload),
  ReloadSignal: ignored(noReload),
  RemapGid: noIdMap,
  RemapUid: noIdMap,
  RemapUidSize: noIdMap,
  RemapUsers: noIdMap,
  Retry: ignored(pulledAgain),
  RetryDelay: ignored(pulledAgain),
  Rootfs: refused('Docker runs images only', 'write Image='),
  Secret: refused('there is no store of secrets', 'write Volume=/path/on/machine:/run/secrets/name:ro or EnvironmentFile='),
  SecurityLabelFileType: refused('Docker labels no files', 'write SecurityLabelType='),
  SecurityLabelNested: onlyNo('Docker does not nest labels', 'write SecurityLabelDisable=true'),
  StartWithPod: ignored('there are no pods'),
  SubGIDMap: noIdMap,
  SubUIDMap: noIdMap,
  UIDMap: noIdMap,
}
