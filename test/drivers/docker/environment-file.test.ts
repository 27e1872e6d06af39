import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {readEnvironmentFiles} from '../../../src/lib/drivers/docker/environment-file.ts'
import {parseEnvironmentFile} from '../../../src/lib/unit/service/environment-text.ts'

describe('systemd.exec(5), EnvironmentFile=', () => {
  test.each([
    {title: 'plain', text: 'A=1\nB=two words\n', expected: {A: '1', B: 'two words'}},
    {title: 'comments and blank lines', text: '# A=1\n; B=2\n\n  # C=3\nD=4', expected: {D: '4'}},
    {title: 'a comment that goes on', text: '# A=1\\\nB=2\nC=3', expected: {C: '3'}},
    {title: 'a line without =', text: 'A\nB=1', expected: {B: '1'}},
    {title: 'space around name and value', text: '  A =  x y  \nB=1', expected: {A: 'x y', B: '1'}},
    {title: 'empty value', text: 'A=\nB=""\n', expected: {A: '', B: ''}},
    {title: 'the last of two', text: 'A=1\nA=2\n', expected: {A: '2'}},
    {title: 'double quotes', text: 'A=" x # y "\n', expected: {A: ' x # y '}},
    {title: 'single quotes', text: "A=' $x \\n '\n", expected: {A: ' $x \\n '}},
    {title: 'quoted pieces', text: `A='a' "b"c\n`, expected: {A: 'abc'}},
    {title: 'quotes in the middle mean themselves', text: 'A=it\'s "so"\n', expected: {A: 'it\'s "so"'}},
    {title: 'escapes in double quotes', text: 'A="\\"q\\" \\\\ \\$ \\x"\n', expected: {A: '"q" \\ $ \\x'}},
    {title: 'escapes without quotes', text: 'A=a\\ b\\"\n', expected: {A: 'a b"'}},
    {title: 'a value that goes on', text: 'A=one\\\ntwo\nB=1', expected: {A: 'onetwo', B: '1'}},
    {title: 'lines within quotes', text: 'A="one\ntwo"\nB=1', expected: {A: 'one\ntwo', B: '1'}},
    {title: 'an = in the value', text: 'A=b=c\n', expected: {A: 'b=c'}},
    {title: 'a backslash at the very end', text: 'A=b\\', expected: {A: 'b'}},
    {title: 'an escaped space at the end', text: 'A=b\\ \nB=1', expected: {A: 'b ', B: '1'}},
    {title: 'line ends of Windows', text: 'A=1\r\nB=2\r\n', expected: {A: '1', B: '2'}},
  ])('$title', ({text, expected}) => {
    expect(parseEnvironmentFile(text)).toEqual(expected)
  })
})

describe('files', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-env-'))
  })
  afterEach(() => rm(directory, {recursive: true, force: true}))

  const file = async (name: string, text: string, optional = false) => {
    await writeFile(join(directory, name), text)
    return {path: join(directory, name), optional}
  }

  test('a later one outranks an earlier one, an optional one may be missing', async () => {
    const files = [await file('a', 'A=1\nB=1'), {path: join(directory, 'none'), optional: true}, await file('b', 'B=2')]
    expect(await readEnvironmentFiles(files)).toEqual({A: '1', B: '2'})
  })

  test.each([
    {title: 'a missing one', text: undefined, words: /environment file .*wanted cannot be read.*ENOENT.*"-"/},
    {
      title: 'a name that cannot be one',
      text: 'A=1\n\nexport B=2\n',
      words: /wanted, line 3: "export B" cannot be a variable's name/,
    },
    {title: 'an open quote', text: 'A=1\nB="x\nC=3\n', words: /wanted, line 2: the quote is not closed/},
  ])('$title is refused with its place', async ({text, words}) => {
    if (text !== undefined) await file('wanted', text)
    const reading = readEnvironmentFiles([{path: join(directory, 'wanted'), optional: false}])
    await expect(reading).rejects.toThrow(words)
    await expect(reading).rejects.toMatchObject({name: 'StepError', retryable: false})
  })
})
