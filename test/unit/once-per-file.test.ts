import {expect, test, vi} from 'vitest'
import {lastValueOf, parseUnitFile} from '../../src/lib/unit/file.ts'
import {oncePerFile} from '../../src/lib/unit/once-per-file.ts'
import {understandUnit} from '../../src/lib/unit/parse-unit.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'

test('a file is read once, and each that there is something to say about each time', () => {
  const read = vi.fn((file: ReturnType<typeof parseUnitFile>['file'], problems: ProblemList) => {
    const image = lastValueOf(file, 'Container', 'Image')
    if (image === undefined) problems.error({section: 'Container', line: 1}, 'has none')
    return image
  })
  const once = oncePerFile(read)
  const {file: good} = parseUnitFile('[Container]\nImage=a\n')
  const {file: bad} = parseUnitFile('[Container]\n')
  const problems = new ProblemList()
  expect([once(good, problems), once(good, problems)]).toEqual(['a', 'a'])
  expect(read).toHaveBeenCalledTimes(1)
  once(bad, problems)
  once(bad, problems)
  expect(problems.all()).toHaveLength(2)
})

test.each([
  ['with specifiers', 'MachineOf=db@%i.service', ['db@1.service', 'db@2.service']],
  ['without', 'MachineOf=db.service', ['db.service', 'db.service']],
])('instances of one file are placed each by its name: %s', (_, line, expected) => {
  const read = parseUnitFile(`[Container]\nImage=a\n[X-Fleet]\n${line}\n`)
  const machineOf = [1, 2].flatMap(index => understandUnit(`web@${index}.service`, read).unit?.placement.machineOf)
  expect(machineOf).toEqual(expected)
})
