import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type FleetOption, isGlobal, optionsHash, printOptions} from '../../../src/lib/fleet/options.ts'
import {readOptions} from '../../../src/lib/fleet/read-options.ts'
import {Fault} from '../../../src/lib/unit/fault.ts'

const read = (text: string): readonly FleetOption[] => {
  const options = readOptions(text)
  if (options instanceof Fault) throw new Error(options.message)
  return options
}
const shortly = (text: string) => read(text).map(({section, name, value}) => `${section}/${name}=${value}`)

describe('a unit file read as fleet reads it', () => {
  test.each<{name: string; text: string; options: string[]}>([
    {name: 'an empty text', text: '', options: []},
    {name: 'options in their order', text: '[Unit]\nB=1\nA=2\nB=3\n', options: ['Unit/B=1', 'Unit/A=2', 'Unit/B=3']},
    {name: 'several sections', text: '[Unit]\nA=1\n\n[Service]\nB=2\n', options: ['Unit/A=1', 'Service/B=2']},
    {name: 'a section that comes again', text: '[A]\na=1\n[B]\nb=2\n[A]\nc=3', options: ['A/a=1', 'B/b=2', 'A/c=3']},
    {name: 'sections without options', text: '[Unit]\n[Service]\n', options: []},
    {name: 'comments left out', text: '# x=1\n[U]\n; y\n#z=2\nA=1\n# end', options: ['U/A=1']},
    {name: 'a comment that goes on', text: '[U]\n# one \\\nB=swallowed\nA=1', options: ['U/A=1']},
    {name: 'a comment that goes on behind one blank', text: '[U]\n# one \\ \nB=swallowed\nA=1', options: ['U/A=1']},
    {name: 'what stands before the first section', text: 'A=1\n<<<\n[U]\nB=2', options: ['U/B=2']},
    {name: 'a header in the midst of a line before any', text: 'x [U]\nB=2', options: ['U/B=2']},
    {name: 'blanks around name and value', text: '[U]\n  A  =  1 \n', options: ['U/A=1']},
    {name: 'a name with a blank', text: '[U]\nSome Thing = x', options: ['U/Some Thing=x']},
    {name: 'an equals sign in the value', text: '[U]\nA=b=c', options: ['U/A=b=c']},
    {name: 'an empty value', text: '[U]\nA=\nB=1', options: ['U/A=', 'U/B=1']},
    {
      name: 'a value that goes on, as written',
      text: '[S]\nE=/bin/a \\\n  b \\\n  c\nF=1',
      options: ['S/E=/bin/a \\\n  b \\\n  c', 'S/F=1'],
    },
    {name: 'a comment inside what goes on', text: '[S]\nE=a \\\n# no \\\nb', options: ['S/E=a \\\n# no \\\nb']},
    {name: 'a blank behind the backslash ends the value', text: '[S]\nE=a \\ \nF=b', options: ['S/E=a \\', 'S/F=b']},
    {name: 'an empty line ends what goes on', text: '[S]\nE=a \\\n\nF=b', options: ['S/E=a \\\n', 'S/F=b']},
    {name: 'the end of the file ends what goes on', text: '[S]\nE=a \\', options: ['S/E=a \\']},
    {name: 'line ends of Windows', text: '[S]\r\nE=a\r\nF=b\r\n', options: ['S/E=a', 'S/F=b']},
    {name: 'letters of all the world', text: '[©]\nµ☃=Ç$', options: ['©/µ☃=Ç$']},
  ])('$name', ({text, options}) => {
    expect(shortly(text)).toEqual(options)
  })

  test.each([
    {name: 'a header that does not end', text: '[Unit\nA=1\n', fault: 'unable to find end of section'},
    {name: 'words behind a header', text: '[Unit] pants\n', fault: 'found garbage after section name Unit: pants'},
    {
      name: 'a line without an equals sign',
      text: '[U]\nA\nB=1',
      fault: 'unexpected newline encountered while parsing option name',
    },
    {name: 'a name without an end', text: '[U]\nA', fault: 'unexpected end of file encountered while parsing option name'},
  ])('$name is refused', ({text, fault}) => {
    expect(readOptions(text)).toMatchObject({message: fault})
  })
})

describe('options printed', () => {
  test('stand by section, in the order in which sections come first', () => {
    const text = '[B]\nb=1\n[A]\na=2\n[B]\nc=3\n'
    expect(printOptions(read(text))).toBe('[B]\nb=1\nc=3\n\n[A]\na=2\n')
  })

  test('have the hash that fleet has', () => {
    const text = '[Unit]\nDescription=Foo\n\n[Service]\nExecStart=/bin/true\n'
    const hash = createHash('sha1').update(text).digest('hex')
    expect(optionsHash(read(text))).toBe(hash)
    expect(optionsHash(read(`# who\n${text.replaceAll('\n\n', '\n\n\n')}; end`))).toBe(hash)
    expect(optionsHash(read('[Service]\nExecStart=/bin/true\n[Unit]\nDescription=Foo'))).not.toBe(hash)
  })

  const line = fc.stringMatching(/^[ -~é☃]{0,12}$/)
  const part = fc.oneof(
    line,
    line.map(each => `${each}\\`),
    fc.constantFrom('', '[U]', '[Service]', '# x', '; y \\', 'A=1', 'B=2 \\', '  c', 'A=\\', '\t'),
  )
  const texts = fc.array(part, {maxLength: 20}).map(lines => `[U]\n${lines.join('\n')}\n`)

  test('are read again as the same, whatever the text was', () => {
    fc.assert(
      fc.property(texts, text => {
        const options = readOptions(text)
        fc.pre(!(options instanceof Fault) && options.every(({value}) => !value.endsWith('\\')))
        const printed = printOptions(options as readonly FleetOption[])
        expect(printOptions(read(printed))).toBe(printed)
        expect(optionsHash(read(printed))).toBe(optionsHash(options as readonly FleetOption[]))
      }),
      {numRuns: 500},
    )
  })
})

test.each([
  ['Global=true', true],
  ['Global=Yes', true],
  ['Global=1', true],
  ['Global=ON', true],
  ['Global=t', true],
  ['Global=y', false],
  ['Global=false', false],
  ['Global=true\nGlobal=no', false],
  ['Global=no\nGlobal=true', true],
  ['Global="no" "true"', true],
  ['global=true', false],
  ['', false],
])('[X-Fleet] %s', (lines, global) => {
  expect(isGlobal(read(`[X-Fleet]\n${lines}\n`))).toBe(global)
})

/** Unit files of fleet's users, where they are at hand. */
const corpus = new URL('../../../../shared/corpus/fleet-units/', import.meta.url)
const found = existsSync(corpus)
  ? readdirSync(corpus, {recursive: true, encoding: 'utf8'}).filter(path => /\.[a-z]+$/.test(path))
  : []

test('units of the field keep their hash when they are printed and read again', ctx => {
  if (found.length === 0) return ctx.skip('the corpus is not here')
  for (const path of found) {
    const options = readOptions(readFileSync(new URL(path, corpus), 'utf8'))
    if (options instanceof Fault) continue
    expect(optionsHash(read(printOptions(options))), path).toBe(optionsHash(options))
  }
})
