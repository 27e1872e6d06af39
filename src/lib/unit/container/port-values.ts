import {Fault} from '../fault.ts'
import type {Port} from './container-spec.ts'

const remedy = 'write 8080:80, 127.0.0.1:8080:80, 80, 53:53/udp or 8000-8002:80-82'

/**
 * The ports of one `[[address:]host port:]container port[/protocol]`, ranges told one by one (docker-run(1), --publish).
 * A range of the machine for one port of the container means any that is free.
 */
export function parsePorts(text: string): readonly Port[] | Fault {
  const match = /^(?:(?:(\[[^\]]*\]|[^[\]]*):)?([\d-]*):)?([\d-]+)(?:\/([a-zA-Z]+))?$/.exec(text)
  const protocol = protocolOf(match?.[4])
  const inside = rangeOf(match?.[3] ?? '')
  if (!match || !protocol || !inside) return new Fault(`'${text}' publishes no port`, remedy)
  const hostAddress = match[1] ? match[1].replace(/^\[|\]$/g, '') : ''
  if (hostAddress !== '' && !isAddress(hostAddress)) return new Fault(`'${hostAddress}' is no address`, remedy)
  const address = hostAddress === '' ? {} : {hostAddress}
  if (!match[2]) return inside.map(containerPort => ({...address, containerPort, protocol}))
  const outside = rangeOf(match[2])
  const [containerPort, first, last] = [inside[0] ?? 0, outside?.[0] ?? 0, outside?.at(-1) ?? 0]
  if (outside && inside.length === 1) {
    return [{...address, hostPort: first, ...(last === first ? {} : {lastHostPort: last}), containerPort, protocol}]
  }
  if (!outside || outside.length !== inside.length) {
    return new Fault(`'${text}' does not give as many ports of the machine as of the container`, remedy)
  }
  return inside.map((port, index) => ({...address, hostPort: outside[index] ?? 0, containerPort: port, protocol}))
}

/** As `parsePorts`, and `published=8080,target=80,protocol=tcp`, which Docker's command line takes as well. */
export function parsePublished(text: string): readonly Port[] | Fault {
  if (!text.includes('=')) return parsePorts(text)
  const pairs = new Map(text.split(',').map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const [target, published = '', protocol = 'tcp'] = [pairs.get('target'), pairs.get('published'), pairs.get('protocol')]
  if (target === undefined) return new Fault(`'${text}' has no target`, 'write target=80,published=8080')
  return parsePorts(`${published}:${target}/${protocol}`)
}

/** The ports of `80`, `53/udp`, `8000-8010/tcp`, each with its protocol. */
export function parseExposed(text: string): readonly string[] | Fault {
  const match = /^([\d-]+)(?:\/([a-zA-Z]+))?$/.exec(text)
  const protocol = protocolOf(match?.[2])
  const range = rangeOf(match?.[1] ?? '')
  return protocol && range
    ? range.map(port => `${port}/${protocol}`)
    : new Fault(`'${text}' is no port`, 'write 80, 53/udp or 8000-8010')
}

/** Whether a text can be an IP address. */
export function isAddress(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) || /^[\da-f.]*:[\da-f:.]*$/i.test(text)
}

const protocols = ['tcp', 'udp', 'sctp'] as const

function protocolOf(text = 'tcp'): Port['protocol'] | undefined {
  return protocols.find(protocol => protocol === text) ?? protocols.find(protocol => protocol === text.toLowerCase())
}

function rangeOf(text: string): number[] | undefined {
  if (!/^\d{1,5}(-\d{1,5})?$/.test(text)) return undefined
  const dash = text.indexOf('-')
  const first = Number(dash < 0 ? text : text.slice(0, dash))
  const last = dash < 0 ? first : Number(text.slice(dash + 1))
  if (first < 1 || last > 65_535 || last < first) return undefined
  if (first === last) return [first]
  return Array.from({length: last - first + 1}, (_, index) => first + index)
}
