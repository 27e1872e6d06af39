import {symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {readArguments, refuseTemplates} from '../../src/lib/cli/units/unit-arguments.ts'
import {withDirectory} from './temporary-directory.ts'

/** The units that arguments mean, as `directory:name`, with `ROOT` for the directory of these files. */
async function read(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  return withDirectory(files, async root => {
    const found = await readArguments(args.map(arg => arg.replace('ROOT', root)))
    return found.map(({name, directory}) => `${directory}:${name}`.replace(root, 'ROOT'))
  })
}

const units = {
  'units/web@.service': '',
  'units/web@10.service': '',
  'units/web@2.service': '',
  'units/db.service': '',
  'units/backup.timer': '',
  'units/README.md': '',
  'units/web.service~': '',
  'units/.hidden.swp': '',
  'units/a b.service': '',
  'units/web@{1..2}.service': '',
}

test.each<[name: string, args: readonly string[], found: readonly string[]]>([
  ['a name', ['web.service'], ['.:web.service']],
  ['a name without its type', ['web@1'], ['.:web@1.service']],
  ['a template', ['web@.service'], ['.:web@.service']],
  ['braces', ['web@{1..3}'], ['.:web@1.service', '.:web@2.service', '.:web@3.service']],
  ['braces twice', ['{a,b}@{1,2}'], ['.:a@1.service', '.:a@2.service', '.:b@1.service', '.:b@2.service']],
  ['a path', ['units/web.service'], ['units:web.service']],
  ['an absolute path', ['/srv/units/web@1'], ['/srv/units:web@1.service']],
  ['a path with braces', ['units/web@{1,2}'], ['units:web@1.service', 'units:web@2.service']],
  ['one that is named twice: once', ['web', 'web.service', 'db'], ['.:web.service', '.:db.service']],
  ['one that is named twice: where it was named last', ['web', 'units/web'], ['units:web.service']],
  [
    'a directory: the unit files in it, as people count, nothing else',
    ['ROOT/units'],
    ['backup.timer', 'db.service', 'web@.service', 'web@2.service', 'web@10.service'].map(name => `ROOT/units:${name}`),
  ],
  [
    'a directory and one of its files',
    ['ROOT/units/db.service', 'ROOT/units'],
    [
      'ROOT/units:db.service',
      ...['backup.timer', 'web@.service', 'web@2.service', 'web@10.service'].map(name => `ROOT/units:${name}`),
    ],
  ],
  ['nothing', [], []],
])('%s', async (_, args, found) => {
  expect(await read(args, units)).toEqual(found)
})

test('a directory with a slash at its end is the same', async () => {
  const found = await read(['ROOT/units/'], units)
  expect(found).toHaveLength(5)
})

test('a link to a directory is that directory', async () => {
  await withDirectory(units, async root => {
    await symlink(join(root, 'units'), join(root, 'link'))
    expect(await readArguments([join(root, 'link')])).toHaveLength(5)
  })
})

test.each<[name: string, arg: string, message: RegExp]>([
  ['a directory without unit files', 'ROOT/empty', /empty: no unit file in this directory/],
  ['a name with a character that cannot be', 'web!', /unit name 'web!.service' has the character '!'/],
  ['a brace that is not closed', 'web@{1..3', /has a brace/],
  ['a range that is none', 'web@{1..x}', /'\{1\.\.x\}' is no range/],
  ['a directory that is not there', 'nowhere/', /nothing before its type/],
  ['no name', '', /nothing before its type/],
])('%s is refused', async (_, arg, message) => {
  const reading = read([arg], {'empty/notes.txt': ''})
  await expect(reading).rejects.toThrow(UsageError)
  await expect(reading).rejects.toThrow(message)
})

test('templates are refused with an instance that could be meant', () => {
  const refuse = () => refuseTemplates([{name: 'db.service'}, {name: 'web@.service'}], 'started')
  expect(refuse).toThrow(UsageError)
  expect(refuse).toThrow(
    expect.objectContaining({
      message: 'web@.service is a template: it cannot be started itself',
      hint: 'name an instance: web@1.service',
    }),
  )
  expect(refuseTemplates([{name: 'db.service'}, {name: 'web@1.service'}], 'started')).toBeUndefined()
})
