import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {lastValueOf, parseUnitFile, printUnitFile, type UnitFile, valuesOf} from '../../src/lib/unit/file.ts'

const contents = (file: UnitFile) => file.sections.map(({name, options}) => [name, options.map(({key, value}) => [key, value])])

describe('a unit file', () => {
  test.each<[string, string, unknown]>([
    [
      'sections, repeated keys, comments',
      '[Unit]\n;ignore this guy\nDescription = Foo\n\n[Service]\nExecStart=echo "ping";\nExecStop=echo "pong"\n# ignore me, too\nExecStop=echo post\n',
      [
        ['Unit', [['Description', 'Foo']]],
        [
          'Service',
          [
            ['ExecStart', 'echo "ping";'],
            ['ExecStop', 'echo "pong"'],
            ['ExecStop', 'echo post'],
          ],
        ],
      ],
    ],
    ['garbage with an equals sign is kept', '[Service]\n<<<<<<=bar\n', [['Service', [['<<<<<<', 'bar']]]]],
    ['a continuation is joined by a blank', '[S]\nA=echo \\\n  "pi\\\n  ng"\n', [['S', [['A', 'echo    "pi   ng"']]]]],
    ['a continuation may begin at once', '[S]\nA=\\\necho "po\\\nng"\n', [['S', [['A', 'echo "po ng"']]]]],
    [
      'comments inside a continuation are skipped',
      '[S]\nA=one\\\n# two\n; three\\\nfour\nB=1\n',
      [
        [
          'S',
          [
            ['A', 'one four'],
            ['B', '1'],
          ],
        ],
      ],
    ],
    [
      'a comment inside a continuation without a backslash goes on too',
      '[S]\nA=one \\\n  # two\n--b=c\\\n;three \\\n--d\nB=1\n',
      [
        [
          'S',
          [
            ['A', 'one  --b=c --d'],
            ['B', '1'],
          ],
        ],
      ],
    ],
    [
      'a header behind a comment ends a continuation',
      '[S]\nA=one \\\n# two\n\t[T]\nB=1\n',
      [
        ['S', [['A', 'one']]],
        ['T', [['B', '1']]],
      ],
    ],
    ['a header inside a continuation is a part of it', '[S]\nA=one \\\n[T]\n', [['S', [['A', 'one  [T]']]]]],
    ['a comment of several lines', '[S]\n# A=one \\\n#  two\nB=1\n', [['S', [['B', '1']]]]],
    ['a line of 100,000 letters', `[S]\nA=${'x'.repeat(100_000)}\n`, [['S', [['A', 'x'.repeat(100_000)]]]]],
    [
      'a carriage return alone ends a line',
      '[S]\rA=1\rB=2',
      [
        [
          'S',
          [
            ['A', '1'],
            ['B', '2'],
          ],
        ],
      ],
    ],
    [
      'a blank line ends a continuation',
      '[S]\nA=one\\\n\nB=1\n',
      [
        [
          'S',
          [
            ['A', 'one'],
            ['B', '1'],
          ],
        ],
      ],
    ],
    [
      'two backslashes continue nothing',
      '[S]\nA=one\\\\\nB=1\n',
      [
        [
          'S',
          [
            ['A', 'one\\\\'],
            ['B', '1'],
          ],
        ],
      ],
    ],
    ['a continuation at the end of the file', '[S]\nA=one\\', [['S', [['A', 'one']]]]],
    [
      'CRLF',
      '[S]\r\nA=one\\\r\ntwo\r\nB=1\r\n',
      [
        [
          'S',
          [
            ['A', 'one two'],
            ['B', '1'],
          ],
        ],
      ],
    ],
    ['a byte order mark', '\uFEFF[S]\nA=1\n', [['S', [['A', '1']]]]],
    ['blanks around keys and values', '[S]\n  A\t=  b c \t\n', [['S', [['A', 'b c']]]]],
    ['a value with equals signs', '[S]\nA=b=c=d\n', [['S', [['A', 'b=c=d']]]]],
    ['an empty value', '[S]\nA=\n', [['S', [['A', '']]]]],
    [
      'a section twice',
      '[S]\nA=1\n[T]\n[S]\nA=2\n',
      [
        ['S', [['A', '1']]],
        ['T', []],
        ['S', [['A', '2']]],
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    const {file, problems} = parseUnitFile(text)
    expect(contents(file)).toEqual(expected)
    expect(problems).toEqual([])
  })

  test.each<[string, string, string, number, string]>([
    ['a line without =', '[Unit]\n\n[Service]\n<<<<<<\n', 'error', 4, "no '='"],
    ['words alone', '[Unit]\nnonsense upon stilts\n', 'error', 2, "no '='"],
    ['no key', '[Unit]\n=x\n', 'error', 2, 'nothing before'],
    ['an open header', '[Unit\nA=1\n', 'error', 1, 'closing bracket'],
    ['an option before any section', 'This=Ignored\n[Unit]\n', 'warning', 1, 'passed over'],
    ['garbage before any section', '>>>>>\n[Unit]\n', 'warning', 1, 'passed over'],
    ['a NUL', '[Unit]\nA=b\0c\n', 'error', 2, 'NUL'],
    ['a blank behind a backslash', '[Unit]\nA=b \\ \nC=d\n', 'warning', 2, 'blank'],
    ['a comment that goes on', '[Unit]\n# b \\\nC=d\n', 'warning', 3, 'part of the comment'],
    ['what is no UTF-8', '[Unit]\nA=b\uFFFD\n', 'warning', 2, 'UTF-8'],
  ])('%s is told', (_, text, severity, line, words) => {
    const [problem, ...more] = parseUnitFile(text).problems.filter(each => each.severity === severity)
    expect(problem).toMatchObject({severity, line, message: expect.stringContaining(words)})
    expect(more).toEqual([])
  })

  test('goes on behind a backslash with a blank behind it, and behind a comment with one, as under fleet', () => {
    expect(contents(parseUnitFile('[S]\nA=b \\ \n -e C=d\nE=1').file)).toEqual([
      [
        'S',
        [
          ['A', 'b   -e C=d'],
          ['E', '1'],
        ],
      ],
    ])
    expect(contents(parseUnitFile('[S]\n#A=b \\\n  -e C=d \\\n x\nE=1').file)).toEqual([['S', [['E', '1']]]])
  })

  test('prints a value that ends in a backslash so that it ends there', () => {
    const options = ['a\\', 'a\\\\', 'a\\\\\\', '\\'].map((value, line) => ({key: 'A', value, line}))
    const file = {sections: [{name: 'S', line: 1, options}]}
    expect(contents(parseUnitFile(printUnitFile(file)).file)).toEqual(contents(file))
  })

  test('keeps the line each option begins on', () => {
    const {file} = parseUnitFile('\n[S]\n# c\nA=1 \\\n 2\n\nB=3\n')
    expect(file.sections[0]).toMatchObject({
      line: 2,
      options: [
        {key: 'A', line: 4},
        {key: 'B', line: 7},
      ],
    })
  })

  test('an empty value takes a list back', () => {
    const {file} = parseUnitFile('[S]\nA=1\nA=2\nA=\nA=3\n[S]\nA=4\nB=1\nB=2\nC=1\nC=\n')
    expect(valuesOf(file, 'S', 'A')).toEqual(['3', '4'])
    expect(lastValueOf(file, 'S', 'B')).toBe('2')
    expect(lastValueOf(file, 'S', 'C')).toBeUndefined()
    expect(lastValueOf(file, 'S', 'D')).toBeUndefined()
  })

  const line = fc.oneof(
    fc.string(),
    fc.stringMatching(/^\[[A-Za-z-]{1,8}\]$/),
    fc.stringMatching(/^[A-Z][a-z]{0,5} ?= ?[a-z\\ "'%$#;=]{0,12}\\?$/),
    fc.constantFrom('# comment', '; comment', '', '  \\', '\uFEFF', 'A=\\\\\\ ', '[', ']'),
  )

  test('printed and read again is the same file', () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const once = parseUnitFile(lines.join(end)).file
        const printed = printUnitFile(once)
        const {file: twice, problems} = parseUnitFile(printed)
        expect(contents(twice)).toEqual(contents(once))
        expect(printUnitFile(twice)).toBe(printed)
        expect(problems.filter(({severity}) => severity === 'error')).toEqual([])
      }),
      {numRuns: 500},
    )
  })
})
