import type {Translate} from '../container/translate.ts'
import {Fault} from '../fault.ts'

/** One Network= of Quadlet: a mode or a network's name, with options behind a colon (`backend:alias=db,ip=10.0.0.2`). */
export const networkKey: Translate = (spec, value) => {
  const [mode = '', ...rest] = value.startsWith('container:') ? [value] : value.split(':')
  const quadlet = /\.(network|container)$/.exec(mode)?.[1]
  if (quadlet === 'network')
    return new Fault(`'${mode}' is a file of Quadlet's`, `write the network's name: ${mode.slice(0, -8)}`)
  if (quadlet === 'container')
    return new Fault(`'${mode}' is a file of Quadlet's`, 'write container: and the name of the container')
  if (/^(pasta|slirp4netns|private|ns)$/.test(mode))
    return new Fault(`'${mode}' is Podman's`, 'write host, none, bridge or the name of a network')
  if (mode === '') return new Fault('an empty network', 'write host, none, bridge or the name of a network')
  if (spec.network.mode !== 'bridge') return new Fault('a second network', 'keep one Network=')
  let network = {...spec.network, mode}
  for (const option of rest
    .join(':')
    .split(',')
    .filter(text => text !== '')) {
    const [name, content = ''] = [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]
    if (name === 'alias') network = {...network, aliases: [...network.aliases, content]}
    else if (name === 'ip') network = {...network, [content.includes(':') ? 'ipv6' : 'ipv4']: content}
    else if (name === 'mac') network = {...network, macAddress: content}
    else return new Fault(`'${option}' is no option of a network here`, 'write alias=, ip= or mac=')
  }
  return {...spec, network}
}
