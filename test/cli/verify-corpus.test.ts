import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {expect, test} from 'vitest'
import {type GivenFile, verifyFiles} from '../../src/lib/cli/verify/verify.ts'
import {problemText} from '../../src/lib/unit/describe-problem.ts'

/** Unit files of fleet's users, where they are at hand. */
const corpus = new URL('../../../shared/corpus/fleet-units/', import.meta.url)
const given: readonly GivenFile[] = existsSync(corpus)
  ? readdirSync(corpus, {recursive: true, encoding: 'utf8'})
      .filter(path => /\.(service|timer|socket|mount|template)$/.test(path))
      .map(path => ({
        file: path,
        unit: basename(path).replace(/\.template$/, ''),
        text: readFileSync(new URL(path, corpus), 'utf8'),
      }))
  : []

test('units of the field have a driver each, and a reason', ctx => {
  if (given.length === 0) return ctx.skip('the corpus is not here')
  const {files} = verifyFiles(given)
  const count = (driver: string) => files.filter(file => file.ok && file.driver === driver).length
  const counts = {docker: count('docker'), systemd: count('systemd'), refused: files.filter(({ok}) => !ok).length}
  console.info(`${files.length} units of the field:`, counts)
  expect((counts.docker + counts.systemd) / files.length).toBeGreaterThanOrEqual(0.96)
  expect(counts.docker).toBeGreaterThanOrEqual(35)
  for (const {file, whyNot} of files) expect(whyNot, file).toMatch(/^(it|every|Exec)/)
})

test('what is told of units of the field is short, says what and where, and is told once', ctx => {
  if (given.length === 0) return ctx.skip('the corpus is not here')
  const {files} = verifyFiles(given)
  for (const {file, problems} of files) {
    const lines = problems.map(problem => `${problem.line} ${problemText(problem)}`)
    expect(new Set(lines).size, file).toBe(lines.length)
    for (const problem of problems) {
      expect(problemText(problem).length, `${file}: ${problemText(problem)}`).toBeLessThan(260)
      expect(problem.severity === 'note' || problem.line > 0 || problem.key !== undefined, file).toBe(true)
    }
  }
})

test('what is refused of the field is what fleet passed over without a word', ctx => {
  if (given.length === 0) return ctx.skip('the corpus is not here')
  const refused = verifyFiles(given).files.filter(({ok}) => !ok)
  const errors = refused.flatMap(({problems}) => problems.filter(({severity}) => severity === 'error'))
  expect(refused.length).toBeGreaterThan(0)
  for (const error of errors) expect(problemText(error)).toMatch(/^\[X-fleet\]: .*write \[X-Fleet\]/)
})
