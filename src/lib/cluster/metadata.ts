import {UsageError} from '../base/errors.ts'
import type {Machine, MachineSettings} from './model.ts'

/** Metadata as everyone sees it: what the machine announces, overridden by the operator's settings. */
export function effectiveMetadata(
  machine: Machine,
  settings: Pick<MachineSettings, 'metadata'> | undefined,
): Readonly<Record<string, string>> {
  if (settings?.metadata === undefined) return machine.metadata
  const merged = Object.entries({...machine.metadata, ...settings.metadata})
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** `role=web,zone=1` → {role: 'web', zone: '1'}. Throws UsageError for a part that is no `key=value`. */
export function parseMetadata(text: string): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {}
  for (const part of text.split(',').map(each => each.trim())) {
    if (part === '') continue
    const at = part.indexOf('=')
    const key = part.slice(0, at)
    if (at <= 0 || !/^[A-Za-z0-9_.-]+$/.test(key)) {
      throw new UsageError(`metadata ${JSON.stringify(part)} is no key=value`, {
        hint: 'write it as role=web,zone=1; keys are made of letters, digits and _ . -',
      })
    }
    metadata[key] = part.slice(at + 1)
  }
  return metadata
}

/** `role=web,zone=1`, by key, as fleetctl prints it. */
export function renderMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.keys(metadata)
    .sort()
    .map(key => `${key}=${metadata[key] ?? ''}`)
    .join(',')
}
