import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {messageOf} from '../base/errors.ts'
import type {Log} from '../base/log.ts'
import {completedEnvironment} from './environment-block.ts'

/** What units may learn of their machine from its environment. */
export interface MachineFacts {
  readonly id: string
  readonly name: string | undefined
  readonly address: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The variables that every unit of this machine may use. */
export function machineVariables({id, name, address, metadata}: MachineFacts): Readonly<Record<string, string>> {
  return {
    MEISSA_MACHINE_ID: id,
    MEISSA_MACHINE_NAME: name ?? id,
    MEISSA_ADDRESS: address,
    MEISSA_METADATA: Object.entries(metadata)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  }
}

/** The machine's addresses under the names by which units of CoreOS know them. */
export function addressVariables({address}: MachineFacts): Readonly<Record<string, string>> {
  return {COREOS_PUBLIC_IPV4: address, COREOS_PRIVATE_IPV4: address}
}

/**
 * Writes the variables where units find them: the machine's in a file of ours, and its addresses in the host's own file, as
 * far as they are missing there. What cannot be written is told and done without.
 */
export async function writeMachineEnvironment(
  facts: MachineFacts,
  {own, hosts, log}: {readonly own: string; readonly hosts: string; readonly log: Log},
): Promise<void> {
  const attempt = async (path: string, text: (before: string) => string | undefined) => {
    try {
      const before = await readFile(path, 'utf8').catch(() => '')
      const after = text(before)
      if (after === undefined || after === before) return
      await mkdir(dirname(path), {recursive: true})
      await writeFile(path, after, {mode: 0o644})
    } catch (error) {
      log.warning(`cannot write the machine's variables to ${path}: ${messageOf(error)}`, {
        effect: 'units that read them may fail',
      })
    }
  }
  const lines = Object.entries(machineVariables(facts)).map(([key, value]) => `${key}=${value}\n`)
  await attempt(own, () => lines.join(''))
  await attempt(hosts, before => completedEnvironment(before, addressVariables(facts)))
}
