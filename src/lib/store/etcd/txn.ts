import type {ICompare, IRequestOp, ITxnRequest} from 'etcd3'
import {unreachable} from '../../base/errors.ts'
import type {Guard, Write} from '../store.ts'
import type {Keyspace} from './keyspace.ts'

/** A commit as etcd's transaction. */
export function txnRequest(keyspace: Keyspace, guards: readonly Guard[], writes: readonly Write[]): ITxnRequest {
  return {compare: guards.map(guard => compare(keyspace, guard)), success: writes.map(write => operation(keyspace, write))}
}

/** An absent key compares as create and mod revision 0. */
function compare(keyspace: Keyspace, guard: Guard): ICompare {
  const key = keyspace.full(guard.key)
  switch (guard.kind) {
    case 'unchanged':
      return {key, target: 'Mod', result: 'Equal', mod_revision: guard.modRevision}
    case 'created':
      return {key, target: 'Create', result: 'Equal', create_revision: guard.createRevision}
    case 'present':
      return {key, target: 'Create', result: 'NotEqual', create_revision: 0}
    default:
      return unreachable(guard)
  }
}

function operation(keyspace: Keyspace, write: Write): IRequestOp {
  const key = keyspace.full(write.key)
  if (write.kind === 'delete') return {request_delete_range: {key}}
  return {request_put: {key, value: Buffer.from(write.value), lease: write.session ?? 0}}
}
