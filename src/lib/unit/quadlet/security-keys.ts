import {append, securityOption, type Translate} from '../container/translate.ts'
import {Fault} from '../fault.ts'
import {type ContainerKey, last, plainWords, words, yesNo} from './container-key.ts'

/** The keys of [Container] that say what a container may do. */
export const securityKeys: Readonly<Record<string, ContainerKey>> = {
  AddCapability: plainWords((spec, name) => append('capAdd')(spec, capability(name), {})),
  DropCapability: plainWords((spec, name) => append('capDrop')(spec, capability(name), {})),
  NoNewPrivileges: secured('no-new-privileges'),
  SeccompProfile: option('seccomp='),
  SecurityLabelDisable: secured('label=disable'),
  SecurityLabelType: option('label=type:'),
  SecurityLabelLevel: option('label=level:'),
  AppArmor: option('apparmor='),
  Unmask: words((spec, value, environment) =>
    value.toLowerCase() === 'all'
      ? securityOption(spec, 'systempaths=unconfined', environment)
      : new Fault('Docker unmasks all paths or none', 'write Unmask=ALL'),
  ),
  UserNS: last((spec, mode) =>
    mode === 'host'
      ? {...spec, userNamespace: mode}
      : new Fault(
          `'${mode}' is Podman's; a user of the container is the same user on the machine`,
          'write UserNS=host or take it away',
        ),
  ),
  Umask: last((spec, mask) =>
    /^0*22$/.test(mask) ? spec : new Fault('Docker starts every container with 0022', `write Exec=sh -c "umask ${mask}; exec …"`),
  ),
}

/** Docker knows `ALL` in capitals, Podman in any case. */
function capability(name: string): string {
  return name.toLowerCase() === 'all' ? 'ALL' : name
}

function option(prefix: string): ContainerKey {
  const translate: Translate = (spec, value, environment) => securityOption(spec, prefix + value, environment)
  return last(translate)
}

function secured(name: string): ContainerKey {
  return yesNo((spec, yes) => (yes ? {...spec, securityOptions: [...spec.securityOptions, name]} : spec))
}
