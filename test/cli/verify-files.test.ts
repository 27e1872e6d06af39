import {Readable} from 'node:stream'
import {describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {readGivenFiles} from '../../src/lib/cli/verify/files.ts'
import {withDirectory} from './temporary-directory.ts'

const files = {
  'web@.service': 'web',
  'web@1.service': 'own',
  'b.service': 'b',
  'a.timer': 'a',
  'notes.txt': 'notes',
  'q.container': '[Container]\nImage=a\nServiceName=other\n',
  'empty.container': '',
  'drop.service': 'drop',
  'drop.service.d/a.conf': '',
  'none/readme.md': '',
}

const nothing = () => Readable.from([])

async function given(args: readonly string[], options: {name?: string; stdin?: Readable} = {}) {
  return withDirectory(files, async directory => {
    const found = await readGivenFiles(
      args.map(arg => (arg === '-' ? arg : `${directory}/${arg}`)),
      {stdin: nothing(), ...options},
    )
    return found.map(each => ({...each, file: each.file.replace(`${directory}/`, ''), remarks: each.remarks ?? []}))
  })
}

describe('the files that arguments name', () => {
  test.each<[name: string, args: readonly string[], files: readonly (readonly [file: string, unit: string, text: unknown])[]]>([
    ['a file', ['b.service'], [['b.service', 'b.service', 'b']]],
    ['a file without its type', ['b'], [['b.service', 'b.service', 'b']]],
    ['a template', ['web@.service'], [['web@.service', 'web@.service', 'web']]],
    ['an instance with a file of its own', ['web@1'], [['web@1.service', 'web@1.service', 'own']]],
    ['an instance of a template', ['web@2'], [['web@.service', 'web@2.service', 'web']]],
    [
      'several instances',
      ['web@{1,2}.service'],
      [
        ['web@1.service', 'web@1.service', 'own'],
        ['web@.service', 'web@2.service', 'web'],
      ],
    ],
    ['one file twice', ['b.service', 'b.service', './b.service', 'b'], [['b.service', 'b.service', 'b']]],
    ['a Quadlet file that asks for another name', ['q.container'], [['q.container', 'other.service', files['q.container']]]],
    ['a file that is none of a unit', ['notes.txt'], [['notes.txt', 'notes.txt.service', 'notes']]],
    ['a file that is not there', ['c.service'], [['c.service', 'c.service', {message: 'there is no such file'}]]],
    [
      'a file that is not there, and one that is',
      ['c.service', 'b.service'],
      [
        ['c.service', 'c.service', {message: 'there is no such file'}],
        ['b.service', 'b.service', 'b'],
      ],
    ],
    ['a directory without units', ['none'], [['none', expect.any(String), {message: 'no unit file is in this directory'}]]],
    [
      'a range that is none',
      ['web@{1-2}'],
      [['web@{1-2}', expect.any(String), {message: expect.stringContaining('no range'), remedy: expect.any(String)}]],
    ],
  ])('%s', async (_, args, expected) => {
    expect((await given(args)).map(({file, unit, text}) => [file, unit, text])).toEqual(expected)
  })

  test('a directory: its unit files, as people order them', async () => {
    const found = await given(['.'])
    expect(found.map(({file}) => file.replace(/^.*\//, ''))).toEqual([
      'a.timer',
      'b.service',
      'drop.service',
      'empty.container',
      'q.container',
      'web@.service',
      'web@1.service',
    ])
  })

  test('what can be said only of the file', async () => {
    const found = await given(['drop.service', 'empty.container', 'b.service'])
    expect(
      found.map(({remarks}) => remarks.map(({severity, message}) => `${severity}: ${message.replace(/^\S*\//, '')}`)),
    ).toEqual([['warning: drop.service.d is passed over'], ['error: no [Container] section'], []])
  })

  test('a name for the only file', async () => {
    expect(await given(['notes.txt'], {name: 'web@3'})).toMatchObject([{file: 'notes.txt', unit: 'web@3.service', text: 'notes'}])
    await expect(given(['b.service', 'a.timer'], {name: 'web'})).rejects.toThrow(UsageError)
  })

  test.each([
    ['a service', '[Service]\nExecStart=/bin/x\n', 'stdin.service'],
    ['a template', '[Container]\nContainerName=a-%i\n', 'stdin@.service'],
    ['a percent sign before an i', '[Container]\nExec=a %%i\n', 'stdin.service'],
    ['a timer', '[Timer]\nUnit=a@%i.service\n', 'stdin@.timer'],
    ['a mount', '[Mount]\nWhere=/a\n', 'stdin.mount'],
    [
      'letters in two parts',
      ['[Unit]\nDescription=', Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)],
      'stdin.service',
    ],
  ])('stdin: %s', async (_, text, unit) => {
    const parts = typeof text === 'string' ? [Buffer.from(text)] : text.map(part => Buffer.from(part))
    const found = await given(['-'], {stdin: Readable.from(parts, {objectMode: false})})
    expect(found).toMatchObject([{file: 'stdin', unit, text: Buffer.concat(parts).toString()}])
  })
})
