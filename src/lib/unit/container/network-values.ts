import {Fault} from '../fault.ts'
import type {ContainerSpec, Network} from './container-spec.ts'
import {csvPairs} from './csv-fields.ts'
import {isAddress} from './port-values.ts'

/**
 * One value of --network: a mode, a network's name, or `name=backend,alias=db,ip=10.0.0.2` (docker-run(1)). `default` is
 * the bridge, as it is for dockerd.
 */
export function parseNetwork(text: string): Network | Fault {
  if (!text.includes('=')) return plainNetwork(text)
  const pairs = csvPairs(text)
  if (pairs instanceof Fault) return pairs
  let network = plainNetwork('')
  for (const [key, value = ''] of pairs) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (!field) return new Fault(`'${key}' is no field of a network`, `the fields are ${Object.keys(fields).join(', ')}`)
    const next = field(network, value.trim())
    if (next instanceof Fault) return next
    network = next
  }
  return network.mode === '' ? new Fault(`'${text}' names no network`, 'write name=…') : network
}

/** Whether a network is the engine's own or another container's: those take no names and no addresses. */
export function isBuiltIn({mode}: Network): boolean {
  return ['bridge', 'host', 'none'].includes(mode) || mode.startsWith('container:')
}

/**
 * Joins a network: the first becomes the container's own, with the names and addresses it already has; a second one, of
 * networks that someone made, comes beside it.
 */
export function joinNetwork(spec: ContainerSpec, network: Network): ContainerSpec | Fault {
  const {network: own, furtherNetworks = []} = spec
  if (own.mode === 'bridge') return {...spec, network: {...own, ...network, aliases: [...own.aliases, ...network.aliases]}}
  if ([own, ...furtherNetworks].some(({mode}) => mode === network.mode))
    return new Fault(`the network '${network.mode}' is named twice`, 'name it once')
  if (isBuiltIn(own) || isBuiltIn(network))
    return new Fault(`'${own.mode}' and '${network.mode}' exclude each other`, 'keep one of them')
  return {...spec, furtherNetworks: [...furtherNetworks, network]}
}

const plainNetwork = (mode: string): Network => ({mode: mode === 'default' ? 'bridge' : mode, aliases: []})

type Field = (network: Network, value: string) => Network | Fault

const address =
  (key: 'ipv4' | 'ipv6'): Field =>
  (network, value) =>
    isAddress(value) ? {...network, [key]: value} : new Fault(`'${value}' is no address`, 'write 10.0.0.2 or fd00::2')

const fields: Readonly<Record<string, Field>> = {
  name: (network, name) => ({...network, mode: plainNetwork(name).mode}),
  alias: (network, alias) => ({...network, aliases: [...network.aliases, alias]}),
  ip: address('ipv4'),
  ip6: address('ipv6'),
  'mac-address': (network, macAddress) => ({...network, macAddress}),
  'link-local-ip': (network, value) => ({...network, linkLocalAddresses: [...(network.linkLocalAddresses ?? []), value]}),
  'driver-opt': (network, option) => {
    const [name = '', ...content] = option.split('=')
    return {...network, driverOptions: {...network.driverOptions, [name]: content.join('=')}}
  },
  'gw-priority': () => new Fault("'gw-priority' is newer than the API that the agent speaks", 'take it away'),
}
