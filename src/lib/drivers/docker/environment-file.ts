import type {EnvironmentFile} from '../../unit/container/container-spec.ts'
import {parseEnvironmentFile} from '../../unit/service/environment-text.ts'
import {parseKeyValueLines} from './key-value-lines.ts'
import {readMachineFile, readNeededFile} from './machine-file.ts'

type Variables = Readonly<Record<string, string>>

/**
 * The variables of these files of the machine, a later file outranking an earlier one. Throws StepError that names the
 * file, and the line where it is not understood; a missing file is passed over when it is optional.
 */
export async function readEnvironmentFiles(files: readonly EnvironmentFile[]): Promise<Variables> {
  const each = await Promise.all(files.map(readOne))
  return Object.assign({}, ...each)
}

async function readOne({path, optional, syntax, inherited}: EnvironmentFile): Promise<Variables> {
  const parse = syntax === 'docker' ? (text: string) => parseKeyValueLines(text, inherited) : parseEnvironmentFile
  if (optional) return (await readMachineFile(what, path, parse)) ?? {}
  const orWithout = syntax === 'docker' ? '' : ', or put a "-" before the path to do without it'
  return readNeededFile({what, path, remedy: `write it on this machine${orWithout}`}, parse)
}

const what = 'environment file'
