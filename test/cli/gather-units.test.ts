import {mkdir, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {gatherUnits, readArguments} from '../../src/lib/cli/units/unit-arguments.ts'
import {submitUnits} from '../../src/lib/cluster/submit.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {unitText} from '../fakes/situation.ts'
import {withDirectory} from './temporary-directory.ts'

const signal = new AbortController().signal
let store: MemoryStore
beforeEach(() => {
  store = new MemoryStore()
})
afterEach(() => store.close())

type Texts = Readonly<Record<string, string>>
const one = unitText('', {image: 'app:1'})
const two = unitText('', {image: 'app:2'})
const three = unitText('', {image: 'app:3'})
const imageOf = (text: string) => /^Image=(.*)$/m.exec(text)?.[1]

async function know(texts: Texts): Promise<void> {
  const submissions = Object.entries(texts).map(([name, text]) => ({name, text, source: name}))
  await submitUnits(store, submissions, {replace: false, signal})
}

/** What arguments come to: `name image from source` each, with `ROOT` for the directory of the local files. */
async function gather(args: readonly string[], local: Texts, {replace = false} = {}) {
  return withDirectory(local, root => gatherIn(root, args, replace))
}

async function gatherIn(root: string, args: readonly string[], replace = false) {
  const short = (text: string) => text.replaceAll(root, 'ROOT')
  const found = await readArguments(args.map(arg => join(root, arg)))
  const before = store.revision
  try {
    const {names, submissions, warnings} = await gatherUnits(store, found, {replace, signal})
    const gathered = submissions.map(({name, text, source}) => `${name} ${imageOf(text)} from ${short(source)}`)
    return {names, gathered, warnings: warnings.map(short)}
  } catch (error) {
    if (error instanceof Error) error.message = short(error.message)
    throw error
  } finally {
    expect(store.revision).toBe(before)
  }
}

interface Case {
  readonly name: string
  readonly known?: Texts
  readonly local?: Texts
  readonly gathered: readonly string[]
  readonly warnings?: readonly string[]
}

// fleet's order (fleetctl, lazyCreateUnits): the known unit, its own file, the cluster's template, the template beside.
const kept: readonly Case[] = [
  {
    name: 'its own file',
    local: {'web@1.service': one, 'web@.service': two},
    gathered: ['web@1.service app:1 from ROOT/web@1.service'],
  },
  {
    name: 'its own file before the cluster’s template',
    known: {'web@.service': three},
    local: {'web@1.service': one, 'web@.service': two},
    gathered: ['web@1.service app:1 from ROOT/web@1.service'],
  },
  {
    name: 'the template beside',
    local: {'web@.service': two},
    gathered: ['web@1.service app:2 from ROOT/web@.service'],
  },
  {
    name: 'the cluster’s template',
    known: {'web@.service': three},
    gathered: ['web@1.service app:3 from web@.service in the cluster'],
  },
  {
    name: 'the cluster’s template before another beside, with a warning',
    known: {'web@.service': three},
    local: {'web@.service': two},
    gathered: ['web@1.service app:3 from web@.service in the cluster'],
    warnings: [
      'web@1.service is made from web@.service in the cluster, which differs from ROOT/web@.service: add --replace to override',
    ],
  },
  {
    name: 'the cluster’s template before the same beside, without a warning',
    known: {'web@.service': two},
    local: {'web@.service': two},
    gathered: ['web@1.service app:2 from web@.service in the cluster'],
  },
  {name: 'nothing when it is known', known: {'web@1.service': one}, gathered: []},
  {name: 'nothing when it is known as it is here', known: {'web@1.service': one}, local: {'web@1.service': one}, gathered: []},
  {
    name: 'nothing when it is known with another file here, with a warning',
    known: {'web@1.service': one},
    local: {'web@1.service': two},
    gathered: [],
    warnings: ['web@1.service in the cluster differs from ROOT/web@1.service: add --replace to override'],
  },
  {
    name: 'nothing when it is known with another template here, with a warning',
    known: {'web@1.service': one},
    local: {'web@.service': two},
    gathered: [],
    warnings: ['web@1.service in the cluster differs from ROOT/web@.service: add --replace to override'],
  },
  {
    name: 'nothing when it is known, whatever the template in the cluster became',
    known: {'web@1.service': one, 'web@.service': two},
    gathered: [],
  },
]

const replaced: readonly Case[] = [
  {
    name: 'its own file, known or not',
    known: {'web@1.service': one},
    local: {'web@1.service': two, 'web@.service': three},
    gathered: ['web@1.service app:2 from ROOT/web@1.service'],
  },
  {
    name: 'the template beside before the cluster’s, which it replaces too',
    known: {'web@.service': three, 'web@1.service': one},
    local: {'web@.service': two},
    gathered: ['web@1.service app:2 from ROOT/web@.service', 'web@.service app:2 from ROOT/web@.service'],
  },
  {
    name: 'the template beside, which the cluster does not know',
    known: {'web@1.service': one},
    local: {'web@.service': two},
    gathered: ['web@1.service app:2 from ROOT/web@.service'],
  },
  {
    name: 'the cluster’s template where nothing is here',
    known: {'web@.service': three, 'web@1.service': one},
    gathered: ['web@1.service app:3 from web@.service in the cluster'],
  },
  {name: 'nothing when it is known and nothing is here', known: {'web@1.service': one}, gathered: []},
]

describe('an instance takes', () => {
  test.each(kept)('$name', async ({known = {}, local = {}, gathered, warnings = []}) => {
    await know(known)
    expect(await gather(['web@1'], local)).toEqual({names: ['web@1.service'], gathered, warnings})
  })

  test.each(replaced)('with --replace $name', async ({known = {}, local = {}, gathered, warnings = []}) => {
    await know(known)
    expect(await gather(['web@1'], local, {replace: true})).toEqual({names: ['web@1.service'], gathered, warnings})
  })
})

describe('gathering', () => {
  test('nothing is nothing', async () => {
    expect(await gather([], {})).toEqual({names: [], gathered: [], warnings: []})
  })

  test('many names all of them, and those to write', async () => {
    await know({'web@2.service': one})
    const local = {'web@.service': one, 'units/db.service': two}
    expect(await gather(['web@{1..3}', 'units'], local)).toEqual({
      names: ['web@1.service', 'web@2.service', 'web@3.service', 'db.service'],
      gathered: [
        'web@1.service app:1 from ROOT/web@.service',
        'web@3.service app:1 from ROOT/web@.service',
        'db.service app:2 from ROOT/units/db.service',
      ],
      warnings: [],
    })
  })

  test('a template with its instances writes each once', async () => {
    await know({'web@.service': one})
    expect((await gather(['web@.service', 'web@{1,2}'], {'web@.service': two}, {replace: true})).gathered).toEqual([
      'web@.service app:2 from ROOT/web@.service',
      'web@1.service app:2 from ROOT/web@.service',
      'web@2.service app:2 from ROOT/web@.service',
    ])
  })

  test('a link is a unit of the link’s name', async () => {
    await withDirectory({'web@.service': one}, async root => {
      await symlink('web@.service', join(root, 'other.service'))
      expect((await gatherIn(root, ['other'])).gathered).toEqual(['other.service app:1 from ROOT/other.service'])
    })
  })

  test('all that is missing is named, and nothing is written', async () => {
    await know({'db.service': one})
    const gathering = gather(['db', 'web@1', 'cache', 'here'], {'here.service': one})
    await expect(gathering).rejects.toThrow(NotFoundError)
    await expect(gathering).rejects.toThrow(
      'web@1.service, cache.service: neither in the cluster nor a file here; nothing was changed',
    )
  })

  test('all problems of all files are told at once, each once, and nothing is written', async () => {
    const local = {
      'web@.service': '[Container]\nImage=\n',
      'db.service': '[Container]\nImage=app\n[X-Fleet]\nMachineMetadata=a b\n[Service]\nRestart=perhaps\n',
      'good.service': one,
    }
    const gathering = gather(['web@{1..3}', 'good', 'db'], local)
    await expect(gathering).rejects.toThrow(UsageError)
    const told = await gathering.catch((error: Error) => error.message.split('\n'))
    const places = Array.isArray(told) ? told.map(line => /^ROOT\/([^:]*)/.exec(line)?.[1]) : []
    expect(places.filter(place => place === 'web@.service')).toHaveLength(1)
    expect(places.filter(place => place === 'db.service')).toHaveLength(2)
    expect(places).not.toContain('good.service')
    await expect(gathering).rejects.toMatchObject({hint: 'nothing was changed'})
  })

  test('what a file says that is not understood is a warning, once for all instances', async () => {
    const {gathered, warnings} = await gather(['web@{1..3}'], {'web@.service': `${one}\n[Service]\nRestrt=always\n`})
    expect(gathered).toHaveLength(3)
    expect(warnings).toEqual([expect.stringMatching(/^ROOT\/web@\.service:\d+:\d+: warning: .*Restart=$/)])
  })

  test('a file that cannot be read is told with its name', async () => {
    await withDirectory({}, async root => {
      await mkdir(join(root, 'units', 'web.service'), {recursive: true})
      await symlink('nowhere', join(root, 'dangling.service'))
      await expect(gatherIn(root, ['units'])).rejects.toThrow(/cannot read ROOT\/units\/web.service: EISDIR/)
      await expect(gatherIn(root, ['dangling'])).rejects.toThrow(/cannot read ROOT\/dangling.service: ENOENT/)
    })
  })
})
