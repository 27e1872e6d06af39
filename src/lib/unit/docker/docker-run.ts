import {type ContainerSpec, plainContainer} from '../container/container-spec.ts'
import {parseImage} from '../container/image-name.ts'
import {isBuiltIn} from '../container/network-values.ts'
import {Fault} from '../fault.ts'
import {dockerFlags} from './docker-flags.ts'
import {readFlags} from './flag-words.ts'
import {type Restarting, restarting} from './run-values.ts'

export interface DockerRun {
  readonly spec: ContainerSpec
  /** `--detach`: the command line would have returned at once. */
  readonly detached: boolean
  /** How `--restart` would have it kept running, for a unit that does not say so itself. */
  readonly restart?: Restarting
}

export interface DockerRunOptions {
  /** What the command line's process would have had, for `-e NAME`. */
  readonly environment?: Readonly<Record<string, string>>
  /** Values holding one of these texts are not yet known, so that they are passed over where they are not understood. */
  readonly unknown?: RegExp
}

/**
 * The container that the words after `docker run` ask for (docker-run(1)). All faults are told at once: flags that have
 * no counterpart, values that are not understood, a missing image.
 */
export function parseDockerRun(words: readonly string[], options: DockerRunOptions = {}): DockerRun | readonly Fault[] {
  const read = readFlags(words, dockerFlags)
  if (read instanceof Fault) return [read]
  const [image = '', ...command] = read.rest
  const isUnknown = (value: string) => options.unknown?.test(value) ?? false
  const named = parseImage(image)
  const faults: Fault[] = named instanceof Fault && !isUnknown(image) ? [named] : []
  let spec: ContainerSpec = {...plainContainer(image), command}
  for (const {name, written, value} of read.flags) {
    const effect = dockerFlags[name]?.effect ?? new Fault('is not known')
    const next = effect instanceof Fault ? effect : effect(spec, value, options.environment ?? {})
    if (!(next instanceof Fault)) spec = next
    else if (!isUnknown(value)) faults.push(new Fault(`${written}: ${next.message}`, next.remedy))
  }
  faults.push(...besideBuiltIn(spec))
  if (faults.length > 0) return faults
  const restart = restarting(read.flags.findLast(({name}) => name === 'restart')?.value ?? 'no')
  return {
    spec,
    detached: read.flags.findLast(({name}) => name === 'detach')?.value === 'true',
    ...(restart === undefined || restart instanceof Fault ? {} : {restart}),
  }
}

/** Docker refuses names and addresses in the networks that it brings itself. */
function besideBuiltIn({network}: ContainerSpec): readonly Fault[] {
  const {mode, aliases, ipv4, ipv6, linkLocalAddresses = [], driverOptions} = network
  if (!isBuiltIn(network)) return []
  const asked = [ipv4 && '--ip', ipv6 && '--ip6', aliases[0] && '--network-alias', linkLocalAddresses[0] && '--link-local-ip']
  return asked
    .flatMap(flag => flag || [])
    .concat(driverOptions === undefined ? [] : '--network driver-opt')
    .map(
      flag =>
        new Fault(`${flag}: does not go with the network ${mode}`, 'make a network on the machine and name it by --network'),
    )
}
