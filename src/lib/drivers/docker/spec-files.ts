import type {ContainerSpec} from '../../unit/container/container-spec.ts'
import {readEnvironmentFiles} from './environment-file.ts'
import {parseKeyValueLines} from './key-value-lines.ts'
import {readNeededFile} from './machine-file.ts'
import {presentDevices} from './optional-devices.ts'

/**
 * The spec with all that its files on this machine say put in their place: variables and labels, which what the spec says
 * itself outranks, and the seccomp profile; without the optional devices that it lacks. Throws StepError that names the file, and the line where it is not understood.
 */
export async function withMachineFiles(spec: ContainerSpec): Promise<ContainerSpec> {
  const {environmentFiles, labelFiles = [], seccompFile, ...rest} = spec
  const variables = Object.entries(await readEnvironmentFiles(environmentFiles))
  const labels = await Promise.all(labelFiles.map(readLabels))
  const profile = seccompFile === undefined ? [] : [await readProfile(seccompFile)]
  return {
    ...rest,
    environmentFiles: [],
    environment: {...Object.fromEntries(variables.filter(([name]) => !spec.unsetVariables?.includes(name))), ...spec.environment},
    labels: {...Object.assign({}, ...labels), ...spec.labels},
    securityOptions: [...spec.securityOptions, ...profile],
    devices: await presentDevices(spec.devices),
  }
}

const remedy = 'write it on this machine'

function readLabels(path: string): Promise<Readonly<Record<string, string>>> {
  return readNeededFile({what: 'label file', path, remedy}, text => parseKeyValueLines(text))
}

/** As a security option: Docker wants the profile itself, not its path. */
function readProfile(path: string): Promise<string> {
  const needed = {what: 'seccomp profile', path, remedy}
  return readNeededFile(needed, text => `seccomp=${JSON.stringify(JSON.parse(text))}`)
}
