import {expect, test} from 'vitest'
import {AmountShelf, allocatedOn} from '../../src/lib/cluster/allocated.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {assignmentEntry, entryOf, viewOf} from '../fakes/stored-cluster.ts'

const mebibyte = 1024 ** 2
const none = {cpus: 0, memoryBytes: 0, diskBytes: 0, devices: {}}
const amountsOf = (text: string) => new AmountShelf().of('web.service', 'f', text)

test.each([
  ['nothing', '[Container]\nImage=x', none, null, null],
  [
    'limits, which count as requests',
    '[Container]\nImage=x\n[Service]\nMemoryMax=64M\nCPUQuota=25%',
    {...none, cpus: 0.25, memoryBytes: 64 * mebibyte},
    0.25,
    64 * mebibyte,
  ],
  [
    'requests beside limits',
    '[Container]\nImage=x\n[Service]\nMemoryMax=64M\n[X-Fleet]\nRequests=cpu=2 memory=16M disk=1M gpu=1',
    {cpus: 2, memoryBytes: 16 * mebibyte, diskBytes: mebibyte, devices: {gpu: 1}},
    null,
    64 * mebibyte,
  ],
  [
    'limits of what systemd runs',
    '[Service]\nExecStart=/bin/sleep 9\nMemoryMax=32M\nCPUQuota=200%',
    {...none, cpus: 2, memoryBytes: 32 * mebibyte},
    2,
    32 * mebibyte,
  ],
])('a unit with %s', (_, text, requests, cpuLimit, memoryLimitBytes) => {
  expect(amountsOf(text)).toEqual({requests, cpuLimit, memoryLimitBytes})
})

test('a file that is missing or makes no sense tells nothing', () => {
  const shelf = new AmountShelf()
  expect(shelf.of('web.service', 'f', undefined)).toBeUndefined()
  expect(shelf.of('web.service', 'f', '[Container]\nImage=')).toBeUndefined()
})

test('a unit with another file is read anew, and the instances of a file are told apart', () => {
  const shelf = new AmountShelf()
  const cpusOf = (unit: string, text: string) => shelf.of(unit, fileHash(text), text)?.requests.cpus
  const asks = (cpu: string) => `[Container]\nImage=x\n[X-Fleet]\nRequests=cpu=${cpu}`
  expect(cpusOf('a@1.service', asks('1'))).toBe(1)
  expect(cpusOf('a@2.service', asks('1'))).toBe(1)
  expect(cpusOf('a@1.service', asks('3'))).toBe(3)
})

test('a machine gives what its units ask for together', () => {
  const text = '[Container]\nImage=x\n[X-Fleet]\nRequests=cpu=0.5 memory=1M disk=2M gpu=1'
  const file = fileHash(text)
  const view = viewOf(
    entryOf(`files/${file}`, text),
    assignmentEntry('a.service', 'm1', {file}),
    assignmentEntry('b.service', 'm1', {file}),
    assignmentEntry('c.service', 'm2', {file}),
    assignmentEntry('lost-file.service', 'm1'),
  )
  const shelf = new AmountShelf()
  const two = {cpus: 1, memoryBytes: 2 * mebibyte, diskBytes: 4 * mebibyte, devices: {gpu: 2}}
  expect(allocatedOn('m1', view, shelf)).toEqual(two)
  expect(allocatedOn('m2', view, shelf).cpus).toBe(0.5)
  expect(allocatedOn('m3', view, shelf)).toEqual(none)
})
