import {Fault} from '../fault.ts'

/** Why a file of Quadlet's cannot be a unit here, and what to do instead; undefined for all others (podman-systemd.unit(5)). */
export function quadletFile(name: string): Fault | undefined {
  const kind = name.slice(name.lastIndexOf('.') + 1)
  const remedy = Object.hasOwn(remedies, kind) ? remedies[kind] : undefined
  return remedy === undefined ? undefined : new Fault(`${name} is a ${kind} of Quadlet's, which only Podman makes`, remedy)
}

const remedies: Readonly<Record<string, string>> = {
  volume: 'name the volume in Volume= of the .container file: Docker makes it when it is first used',
  network: 'make the network on the machines (docker network create), and name it in Network= of the .container file',
  pod: 'write a .container file for each container, MachineOf= in [X-Fleet] to keep them together, Network=container:NAME to share a network',
  kube: 'write a .container file for each container of the YAML file',
  build: 'build the image, push it to a registry, and name it in Image= of the .container file',
  image: "write the image's own name as Image= of the .container file, with Pull= if it must be fresh",
  artifact: 'put the files into an image or a volume, and name it in the .container file',
}
