import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {expect, test} from 'vitest'
import {parseUnitFile, printUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'

/** Unit files of fleet's users, where they are at hand. */
const corpus = new URL('../../../shared/corpus/fleet-units/', import.meta.url)
const files = existsSync(corpus)
  ? readdirSync(corpus, {recursive: true, encoding: 'utf8'}).filter(path => /\.(service|timer|socket|mount|template)$/.test(path))
  : []

const read = (path: string) => readFileSync(new URL(path, corpus), 'utf8')
const nameOf = (path: string) => basename(path).replace(/\.template$/, '')

test('units of the field are parsed without a throw, and printed and read again alike', ctx => {
  if (files.length === 0) return ctx.skip('the corpus is not here')
  for (const path of files) {
    const text = read(path)
    expect(() => parseUnit(nameOf(path), text), path).not.toThrow()
    const printed = printUnitFile(parseUnitFile(text).file)
    expect(printUnitFile(parseUnitFile(printed).file), path).toBe(printed)
  }
})

test('units of the field are refused only for what would not have worked', ctx => {
  if (files.length === 0) return ctx.skip('the corpus is not here')
  const refused = files.flatMap(path => parseUnit(nameOf(path), read(path)).problems.filter(({severity}) => severity === 'error'))
  expect(new Set(refused.map(({key, remedy}) => `${key}; ${remedy}`))).toEqual(new Set(['[X-fleet]; write [X-Fleet]']))
})

test('units of the field whose lines are all direct docker lines go to Docker', ctx => {
  if (files.length === 0) return ctx.skip('the corpus is not here')
  const direct = files.filter(path => {
    const lines = parseUnitFile(read(path)).file.sections.flatMap(({options}) =>
      options.filter(({key}) => key.startsWith('Exec')),
    )
    const starts = lines.filter(({key}) => key === 'ExecStart')
    return (
      starts.length === 1 &&
      starts.every(({value}) => /^-?(\/usr\/bin\/|\/bin\/)?docker run\s/.test(value)) &&
      lines.every(({key, value}) => key === 'ExecStart' || /^-?(\/usr\/bin\/|\/bin\/)?docker (pull|kill|rm|stop)\s/.test(value))
    )
  })
  expect(direct.length).toBeGreaterThan(20)
  const notDocker = direct.flatMap(path => {
    const {unit, problems} = parseUnit(nameOf(path), read(path))
    return unit?.driver === 'docker' || problems.some(({severity}) => severity === 'error') ? [] : [{path, problems}]
  })
  expect(notDocker).toEqual([])
})
