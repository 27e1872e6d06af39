import {type Guard, maxWrites, type Write} from './store.ts'

/**
 * Refuses a commit that no store could carry out: more than `maxWrites` writes or guards, or a key written twice
 * (etcd: "duplicate key given in txn request"). Throws RangeError: such a commit is a bug of its maker.
 */
export function checkCommit(guards: readonly Guard[], writes: readonly Write[]): void {
  if (writes.length > maxWrites) throw new RangeError(`a commit of ${writes.length} writes; at most ${maxWrites} are allowed`)
  if (guards.length > maxWrites) throw new RangeError(`a commit of ${guards.length} guards; at most ${maxWrites} are allowed`)
  const keys = new Set<string>()
  for (const {key} of writes) {
    if (keys.has(key)) throw new RangeError(`a commit writes ${key} twice`)
    keys.add(key)
  }
}

/** Whether a guard holds on a key whose entry is given; `undefined` is an absent key. */
export function guardHolds(
  guard: Guard,
  entry: {readonly createRevision: number; readonly modRevision: number} | undefined,
): boolean {
  switch (guard.kind) {
    case 'unchanged':
      return (entry?.modRevision ?? 0) === guard.modRevision
    case 'created':
      return (entry?.createRevision ?? 0) === guard.createRevision
    case 'present':
      return entry !== undefined
  }
}
