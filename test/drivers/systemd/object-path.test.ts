import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {unitOfPath, unitPath} from '../../../src/lib/drivers/systemd/object-path.ts'

const prefix = '/org/freedesktop/systemd1/unit'

test.each([
  ['web.service', `${prefix}/web_2eservice`],
  ['web@1.service', `${prefix}/web_401_2eservice`],
  ['1st.service', `${prefix}/_31st_2eservice`],
  ['a\\x2db-c_d.mount', `${prefix}/a_5cx2db_2dc_5fd_2emount`],
  ['-.mount', `${prefix}/_2d_2emount`],
])('%s is %s', (unit, path) => {
  expect(unitPath(unit)).toBe(path)
  expect(unitOfPath(path)).toBe(unit)
})

test('every name comes back', () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9:_.\\@-]{1,40}$/), name => unitOfPath(unitPath(name)) === name))
})

test.each(['/org/freedesktop/systemd1', '/org/freedesktop/systemd1/job/12', ''])('%j is no unit', path => {
  expect(unitOfPath(path)).toBeUndefined()
})
