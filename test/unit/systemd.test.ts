import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {Fault} from '../../src/lib/unit/fault.ts'
import {lastValueOf, parseUnitFile, printUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import {parseExecLine} from '../../src/lib/unit/service/exec-words.ts'
import {serviceEnvironment} from '../../src/lib/unit/service/service-environment.ts'
import {askSystemd, commandLinesOf, fieldsOf, noSystemd} from './systemd-oracle.ts'

/** As many as it takes to find what differs; systemd loads them all at once. */
const samples = 300
const pieces = [
  'a',
  'b c',
  ' ',
  '"',
  "'",
  '\\',
  '\\"',
  "\\'",
  '\\\\',
  '\\s',
  '\\x41',
  '\\101',
  '\\xc3\\xa9',
  '\\u00e9',
  '\\d',
  '\\.',
  '\\x00',
  '\\400',
  '\\8',
  ';',
  ' ; ',
  ' \\; ',
  '$x',
  '${y}',
  '$$',
  '-',
  '@',
  '=',
  '#',
  '[',
  'é',
]
const line = fc.array(fc.constantFrom(...pieces), {minLength: 1, maxLength: 8}).map(parts => parts.join(''))

const skip = noSystemd()
const unitsOf = (texts: readonly string[]) => new Map(texts.map((text, index) => [`case-${index}.service`, text]))

describe('what systemd itself makes of', () => {
  test('Exec lines is what we make of them', ctx => {
    if (skip !== undefined) return ctx.skip(skip)
    const lines = [
      ...[
        '-/bin/a',
        '@/bin/a b c',
        '-@:+/bin/a b',
        '!/bin/a',
        '!!/bin/a',
        '+-/bin/a',
        '--/bin/a',
        '/bin/a/',
        'bin/a',
        'a',
        '"/bin/a b"',
        '-"/bin/a"',
        '- /bin/a',
        '@/bin/a',
      ],
      ...[
        '/bin/a ;',
        '; /bin/a',
        '/bin/a ; ; /bin/b',
        '/bin/a \\; b',
        '/bin/a ";" b',
        '/bin/a b; c',
        '"/bin/a" "b',
        "/bin/a 'b",
        '/bin/a b\\',
        '/bin/a "b\\',
      ],
      ...['/bin/sh -c "grep -E \\d+\\.x"', "/bin/sh -c 'a\\ b' \\[ \\$", '/bin/a b"c d"e', "/bin/a b'c\"d'e"],
      ...fc.sample(line, {numRuns: samples, seed: 7}).map(rest => `/bin/x ${rest.trim()}`.trim()),
    ]
    const unitOf = (exec: string) =>
      printUnitFile({
        sections: [
          {name: 'Unit', line: 0, options: [{key: 'DefaultDependencies', value: 'no', line: 0}]},
          {
            name: 'Service',
            line: 0,
            options: [
              {key: 'Type', value: 'oneshot', line: 0},
              {key: 'ExecStart', value: exec, line: 0},
            ],
          },
        ],
      })
    const dumps = askSystemd(unitsOf(lines.map(unitOf)))
    const differ = lines.flatMap((exec, index) => {
      const dump = dumps.get(`case-${index}.service`)
      const theirs = dump && commandLinesOf(dump)
      const commands = parseExecLine(exec)
      const ours =
        commands instanceof Fault ? undefined : commands.map(({words, namesItself}) => (namesItself ? words.slice(1) : words))
      const isText = !JSON.stringify(ours)?.includes('\uFFFD')
      return JSON.stringify(ours) === JSON.stringify(theirs) || !isText ? [] : [{exec, theirs, ours}]
    })
    expect(differ).toEqual([])
  })

  test('Environment= is what we make of it', ctx => {
    if (skip !== undefined) return ctx.skip(skip)
    const values = [
      ...[
        'A=1 B=2',
        '"A=x y" B=',
        "'A=x y'",
        'A="x y"',
        'A=1 B=\\d C=3',
        'A=1 "B=2',
        'A=1 2=3 B=4',
        'A=a=b',
        'A=%% B=%p',
        'A=1 A=2',
      ],
      ...fc.sample(line, {numRuns: samples, seed: 8}).map(rest => `A=${rest} B=2`),
    ].filter(value => !/[$`]/.test(value))
    const texts = values.map(
      value => `[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/true\nEnvironment=${value}\n`,
    )
    const dumps = askSystemd(unitsOf(texts))
    const differ = values.flatMap((value, index) => {
      const name = `case-${index}.service`
      const theirs = fieldsOf(dumps.get(name) ?? [], 'Environment').toSorted()
      const read = serviceEnvironment(parseUnitFile(texts[index] ?? '').file, {name: parseUnitName(name)}, new ProblemList())
      const ours = Object.entries(read)
        .map(([key, content]) => `${key}=${content}`.trim())
        .toSorted()
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{value, theirs, ours}]
    })
    expect(differ).toEqual([])
  })

  test('lines is what we make of them, and of what we print', ctx => {
    if (skip !== undefined) return ctx.skip(skip)
    const head = '[Unit]\nDefaultDependencies=no\n'
    const texts = [
      ...[
        'Description=a \\\n  b',
        'Description=a \\\n# c\n b',
        'Description=a \\\n ; c \\\n b',
        'Description=a \\\n\nb=1',
        'Description=a\\\\\nb=1',
        'Description=a\\\\\\\n b',
      ],
      ...[
        ' \tDescription \t= a ',
        'Description=a\nDescription=b',
        'Description=a\r\nX-A=b',
        'Description=a\\\r\n b',
        'Description=a # b',
        '\\\nDescription=a',
      ],
    ].map(body => `${head}${body}\n[Service]\nType=oneshot\nExecStart=/bin/true\n`)
    texts.push(`\uFEFF${texts[0]}`, `X=1\n${texts[1]}`, `${texts[0]}[Unit]\nDescription=again\n`)
    const printed = texts.map(text => printUnitFile(parseUnitFile(text).file))
    const dumps = askSystemd(unitsOf([...texts, ...printed]))
    const descriptions = (offset: number) =>
      texts.map((_, index) => fieldsOf(dumps.get(`case-${index + offset}.service`) ?? [], 'Description')[0])
    const ours = texts.map(text => lastValueOf(parseUnitFile(text).file, 'Unit', 'Description'))
    expect(ours).toEqual(descriptions(0))
    expect(descriptions(texts.length)).toEqual(descriptions(0))
  })
})
