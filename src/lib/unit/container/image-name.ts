import {Fault} from '../fault.ts'

/** An image's name if it can be one: `nginx`, `nginx:1.27`, `registry:5000/team/app@sha256:…`; no more is checked. */
export function parseImage(image: string): string | Fault {
  if (image === '') return new Fault('no image', 'write a name such as nginx:1.27')
  if (/\.(image|build)$/.test(image)) return new Fault(`'${image}' is a file of Quadlet's`, "write the image's own name")
  const match = /^([A-Za-z0-9._-]+(?::\d+)?\/)?([^:@]+)(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@[a-z0-9]+:[a-f0-9]{32,})?$/.exec(
    image,
  )
  const path = match?.[2] ?? ''
  if (match && /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(path)) return image
  if (match && /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(path.toLowerCase())) {
    return new Fault(`'${image}' has capital letters`, `write ${image.replace(path, path.toLowerCase())}`)
  }
  return new Fault(`'${image}' is no image's name`, 'write a name such as nginx:1.27 or registry.example.com/team/app:2')
}
