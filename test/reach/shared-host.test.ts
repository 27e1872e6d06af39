import {expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import {SharedHost} from '../../src/lib/cli/ssh/shared-host.ts'
import type {Host} from '../../src/lib/hosts/host.ts'
import {localHost} from '../../src/lib/hosts/local-host.ts'

const never = new AbortController().signal

/** This host under names of their own, so that it is seen which of them are open. */
class Door {
  readonly open = new Set<string>()
  private readonly losing = new Map<string, AbortController>()
  private count = 0

  async host(kind: string): Promise<Host> {
    const name = `${kind}${++this.count}`
    const lost = new AbortController()
    this.open.add(name)
    this.losing.set(name, lost)
    return Object.assign(Object.create(localHost()), {name, lost: lost.signal, close: () => this.open.delete(name)})
  }

  lose(name: string): void {
    this.losing.get(name)?.abort(new UnreachableError('gone'))
  }
}

test('several go through one, which closes after the last', async () => {
  const door = new Door()
  const shared = new SharedHost(() => door.host('t'))
  const hosts = await Promise.all([1, 2, 3].map(() => shared.through(() => door.host('m'), never)))
  expect([...door.open]).toEqual(['t1', 'm2', 'm3', 'm4'])
  for (const each of hosts.slice(0, 2)) each.close()
  expect([...door.open]).toEqual(['t1', 'm4'])
  hosts[2]?.close()
  await expect.poll(() => [...door.open]).toEqual([])
})

test('one who comes to nothing leaves it to the others, and the last of all closes it', async () => {
  const door = new Door()
  const shared = new SharedHost(() => door.host('t'))
  const host = await shared.through(() => door.host('m'), never)
  await expect(shared.through(() => Promise.reject(new UnreachableError('no')), never)).rejects.toThrow('no')
  expect([...door.open]).toEqual(['t1', 'm2'])
  host.close()
  await expect.poll(() => [...door.open]).toEqual([])
})

test('is tried again where it could not be opened, and opened anew where it was lost', async () => {
  const door = new Door()
  let fails = true
  const shared = new SharedHost(() => (fails ? Promise.reject(new UnreachableError('shut')) : door.host('t')))
  await expect(shared.through(() => door.host('m'), never)).rejects.toThrow('shut')
  fails = false
  const first = await shared.through(() => door.host('m'), never)
  door.lose('t1')
  const second = await shared.through(() => door.host('m'), never)
  expect([...door.open]).toEqual(['t1', 'm2', 't3', 'm4'])
  first.close()
  expect([...door.open]).toContain('t3')
  second.close()
  await expect.poll(() => [...door.open].filter(name => name !== 't1')).toEqual([])
})
