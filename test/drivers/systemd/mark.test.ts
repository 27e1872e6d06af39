import {describe, expect, test} from 'vitest'
import {hostDefinition, type Mark, platformUnitsOf, readMark} from '../../../src/lib/drivers/systemd/mark.ts'
import {parseUnitFile, printUnitFile} from '../../../src/lib/unit/file.ts'

const mark: Mark = {cluster: 'c1', machine: 'm1', identity: {runHash: 'abc', generation: 3}, file: 'f00'}
const name = 'side@1.service'
const define = (definition: string, absent: readonly string[] = []) => hostDefinition({name, definition}, mark, new Set(absent))
/** The text without our comment, our section and the machine's environment. */
const own = (text: string) => {
  const {file} = parseUnitFile(text)
  const sections = file.sections
    .filter(({name: section}) => section !== 'X-Meissa')
    .map(section => ({...section, options: section.options.filter(({value}) => value !== '-/run/meissa/environment')}))
  return printUnitFile({sections})
}

describe('a written unit', () => {
  test('says whose it is and what it was made from', () => {
    expect(readMark(define('[Service]\nExecStart=/bin/true\n'))).toEqual(mark)
  })

  test('says so to people in its first line', () => {
    expect(define('[Service]\nExecStart=/bin/true\n')).toMatch(/^# Written by Meissa/)
  })

  test.each([
    ['is nobody’s without the section', '[Service]\nExecStart=/bin/true\n', undefined],
    ['is nobody’s with a part of it', '[X-Meissa]\nCluster=c1\nMachine=m1\n', undefined],
    ['is nobody’s where the section comes later', `[Unit]\nDescription=x\n${define('')}`.replace(/^# .*\n/m, ''), undefined],
  ])('%s', (_, text, found) => {
    expect(readMark(text)).toEqual(found)
  })

  test('is not made another’s by what was submitted', () => {
    expect(readMark(define('[X-Meissa]\nCluster=other\nMachine=other\nRun=x\nFile=x\n[Service]\nExecStart=/bin/true\n'))).toEqual(
      mark,
    )
  })

  test('keeps every option as it was', () => {
    const text =
      '[Unit]\nAfter=a.service\nAfter=\n\n[Service]\nExecStart=/bin/sh -c "a \\\\ b"\nExecStart=\nExecStart=-/bin/b %i $$X\n\n[X-Fleet]\nGlobal=true\n'
    expect(own(define(text))).toBe(text)
  })

  test('has the machine’s variables beneath its own', () => {
    const lines = define('[Service]\nEnvironmentFile=/etc/environment\nExecStart=/bin/true\n').split('\n')
    const files = lines.filter(line => line.startsWith('EnvironmentFile='))
    expect(files).toEqual(['EnvironmentFile=-/run/meissa/environment', 'EnvironmentFile=/etc/environment'])
  })

  test('of another type has none', () => {
    expect(define('[Timer]\nOnCalendar=daily\n')).not.toContain('EnvironmentFile')
  })
})

test.each([
  [
    'one of several',
    'Requires=a.service flanneld.service b.service',
    ['flanneld.service'],
    'Requires=a.service b.service\nWants=flanneld.service',
  ],
  ['all of them', 'BindsTo=web@1.service', ['web@1.service'], 'Wants=web@1.service'],
  ['by a specifier', 'BindsTo=web@%i.service', ['web@1.service'], 'Wants=web@%i.service'],
  ['under the old name of the key', 'BindTo=web@1.service', ['web@1.service'], 'Wants=web@1.service'],
  ['none', 'Requires=a.service', ['b.service'], 'Requires=a.service'],
  ['only where it is hard', 'After=etcd.service\nWants=etcd.service', ['etcd.service'], 'After=etcd.service\nWants=etcd.service'],
  [
    'in the order that a reset asks for',
    'Requires=etcd.service\nRequires=\nRequires=a.service',
    ['etcd.service'],
    'Wants=etcd.service\nRequires=\nRequires=a.service',
  ],
])('an absent dependency is only wished for: %s', (_, lines, absent, expected) => {
  expect(own(define(`[Unit]\n${lines}\n`, absent))).toBe(`[Unit]\n${expected}\n`)
})

test('of what a unit needs, those are told that hosts of fleet had', () => {
  const text =
    '[Unit]\nRequires=docker.service mine.service\nBindsTo=etcd2.service\nAfter=flanneld.service\nRequires=docker.service\n'
  expect(platformUnitsOf(text)).toEqual(['docker.service', 'etcd2.service'])
})
