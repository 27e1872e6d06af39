import {type ContainerSpec, plainContainer} from '../container/container-spec.ts'
import {parseImage} from '../container/image-name.ts'
import {Fault} from '../fault.ts'
import {dockerFlags} from './docker-flags.ts'
import {readFlags} from './flag-words.ts'

export interface DockerRun {
  readonly spec: ContainerSpec
  /** `--detach`: the command line would have returned at once. */
  readonly detached: boolean
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
    const effect = dockerFlags[name]?.effect
    const next =
      typeof effect === 'function' ? effect(spec, value, options.environment ?? {}) : new Fault(effect ?? 'is not known')
    if (!(next instanceof Fault)) spec = next
    else if (!isUnknown(value)) faults.push(new Fault(`${written}: ${next.message}`, next.remedy))
  }
  if (faults.length > 0) return faults
  return {spec, detached: read.flags.some(({name, value}) => name === 'detach' && value === 'true')}
}
