import {readFile, writeFile} from 'node:fs/promises'
import {messageOf, UsageError} from '../../base/errors.ts'
import type {Entry, Store} from '../../store/store.ts'

/** All that a cluster stores, at one revision. */
export interface ClusterSnapshot {
  readonly revision: number
  readonly entries: readonly Entry[]
}

/** Reads the live cluster. */
export async function readLive(store: Store, signal: AbortSignal): Promise<ClusterSnapshot> {
  return await store.list([''], {signal})
}

/** Writes a snapshot into a file that only its owner can read: unit files may hold secrets. Throws UsageError. */
export async function saveSnapshot(path: string, {revision, entries}: ClusterSnapshot): Promise<void> {
  const kept = entries.map(({key, value, createRevision, modRevision}) => ({key, value, createRevision, modRevision}))
  const text = `${JSON.stringify({[mark]: version, revision, entries: kept})}\n`
  await writeFile(path, text, {mode: 0o600}).catch(error => {
    throw new UsageError(`cannot write ${path}: ${messageOf(error)}`, {cause: error})
  })
}

/** Reads a snapshot from a file. Throws UsageError for one that is none. */
export async function readSnapshot(path: string): Promise<ClusterSnapshot> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw new UsageError(`cannot read ${path}: ${messageOf(error)}`, {cause: error})
  })
  const none = (cause?: unknown) =>
    new UsageError(`${path} is no snapshot of a cluster`, {hint: 'make one with `ctl simulate --save FILE`', cause})
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw none(error)
  }
  if (!isRecord(value) || value[mark] !== version) throw none()
  const {revision, entries} = value
  if (typeof revision !== 'number' || !Array.isArray(entries) || !entries.every(isEntry)) throw none()
  return {revision, entries}
}

const mark = 'meissa-snapshot'
const version = 1

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isEntry(value: unknown): value is Entry {
  return (
    isRecord(value) &&
    typeof value.key === 'string' &&
    typeof value.value === 'string' &&
    typeof value.createRevision === 'number' &&
    typeof value.modRevision === 'number'
  )
}
