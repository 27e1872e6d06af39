import {describe, expect, test} from 'vitest'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {hardDependencies, platformUnits} from '../../src/lib/unit/platform-units.ts'

const dependencies = (text: string) => hardDependencies(parseUnitFile(text).file)

describe('hard dependencies', () => {
  test.each([
    ['none', '[Unit]\nAfter=docker.service\nWants=etcd.service\nPartOf=web.service', []],
    [
      'several on a line and on several lines',
      '[Unit]\nRequires=docker.service  etcd.service\nAfter=docker.service\nBindsTo=web.service',
      ['2 Requires docker.service', '2 Requires etcd.service', '4 BindsTo web.service'],
    ],
    ['the older spelling', '[Unit]\nBindTo=web.service', ['2 BindTo web.service']],
    ['Requisite', '[Unit]\nRequisite=web.service', ['2 Requisite web.service']],
    [
      'in the order of the lines',
      '[Unit]\nBindsTo=b.service\nRequires=a.service',
      ['2 BindsTo b.service', '3 Requires a.service'],
    ],
    ['what was taken back', '[Unit]\nRequires=a.service\nRequires=\nRequires=b.service', ['4 Requires b.service']],
    ['specifiers as they are written', '[Unit]\nRequires=web@%i.service', ['2 Requires web@%i.service']],
    ['only of [Unit]', '[Service]\nRequires=web.service', []],
  ])('%s', (_, text, expected) => {
    expect(dependencies(text).map(({key, name, line}) => `${line} ${key} ${name}`)).toEqual(expected)
  })
})

test('platform units are names of units', () => {
  for (const name of platformUnits) expect(parseUnitName(name).name).toBe(name)
  for (const name of ['docker.service', 'etcd2.service', 'flanneld.service', 'fleet.socket'])
    expect(platformUnits).toContain(name)
})
