import type {Network} from '../container/container-spec.ts'
import {joinNetwork} from '../container/network-values.ts'
import type {Translate} from '../container/translate.ts'
import {Fault} from '../fault.ts'

/**
 * One Network= of Quadlet: a mode or a network's name, with options behind a colon (`backend:alias=db,ip=10.0.0.2`). The
 * second and later ones are joined beside the first.
 */
export const networkKey: Translate = (spec, value) => {
  const [written = '', ...rest] = value.startsWith('container:') ? [value] : value.split(':')
  const mode = written === 'private' ? 'bridge' : written
  const foreign = foreignMode(mode)
  if (foreign) return foreign
  let network: Network = {mode, aliases: []}
  for (const option of rest
    .join(':')
    .split(',')
    .filter(text => text !== '')) {
    const next = withOption(network, option)
    if (next instanceof Fault) return next
    network = next
  }
  return joinNetwork(spec, network)
}

function foreignMode(mode: string): Fault | undefined {
  const file = /^(.+)\.(network|container|pod)$/.exec(mode)
  if (file?.[2] === 'network') {
    const [, name = ''] = file
    return new Fault(
      `'${mode}' is a file of Quadlet's`,
      `make the network on the machines, and write the network's name: ${name}`,
    )
  }
  if (file) {
    const remedy = `write container: and the name of the container, and MachineOf=${file[1]}.service in [X-Fleet]`
    return new Fault(`'${mode}' is a file of Quadlet's`, remedy)
  }
  const remedy = 'write host, none, bridge or the name of a network'
  if (/^(pasta|slirp4netns|ns)$/.test(mode)) return new Fault(`'${mode}' is Podman's`, remedy)
  return mode === '' ? new Fault('an empty network', remedy) : undefined
}

function withOption(network: Network, option: string): Network | Fault {
  const equals = option.indexOf('=')
  const [name, content] = equals < 0 ? [option, ''] : [option.slice(0, equals), option.slice(equals + 1)]
  if (name === 'alias') return {...network, aliases: [...network.aliases, content]}
  if (name === 'ip' || name === 'ip6') return {...network, [content.includes(':') ? 'ipv6' : 'ipv4']: content}
  if (name === 'mac') return {...network, macAddress: content}
  return new Fault(`'${option}' is no option of a network here`, 'write alias=, ip=, ip6= or mac=')
}
