import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {gatherUnits, readArguments} from '../../src/lib/cli/units/unit-arguments.ts'
import {submitUnits} from '../../src/lib/cluster/submit.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {withDirectory} from './temporary-directory.ts'

const signal = new AbortController().signal
let store: MemoryStore
beforeEach(() => {
  store = new MemoryStore()
})
afterEach(() => store.close())

type Texts = Readonly<Record<string, string>>
const container = (image: string, more = '') => `[Container]\nImage=${image}\n${more}`

/** What arguments come to: `name image from file` each, files without their directory. */
async function gather(args: readonly string[], local: Texts, {replace = false} = {}) {
  return withDirectory(local, async root => {
    const short = (text: string) => text.replaceAll(`${root}/`, '')
    try {
      const found = await readArguments(args.map(arg => join(root, arg)))
      const {names, submissions, warnings} = await gatherUnits(store, found, {replace, signal})
      const gathered = submissions.map(
        ({name, text, source}) => `${name} ${/^Image=(.*)$/m.exec(text)?.[1]} from ${short(source)}`,
      )
      return {names, gathered, warnings: warnings.map(short), submissions}
    } catch (error) {
      if (error instanceof Error) error.message = short(error.message)
      throw error
    }
  })
}

describe('a .container file', () => {
  test.each<[name: string, args: readonly string[], local: Texts, gathered: readonly string[]]>([
    [
      'becomes the service of its name',
      ['web.container'],
      {'web.container': container('a')},
      ['web.service a from web.container'],
    ],
    ['is found without its type', ['web'], {'web.container': container('a')}, ['web.service a from web.container']],
    [
      'is found by the name of its service',
      ['web.service'],
      {'web.container': container('a')},
      ['web.service a from web.container'],
    ],
    [
      'that is named goes before the service beside it',
      ['web.container'],
      {'web.container': container('a'), 'web.service': container('b')},
      ['web.service a from web.container'],
    ],
    [
      'stands back behind the service that is named',
      ['web.service'],
      {'web.container': container('a'), 'web.service': container('b')},
      ['web.service b from web.service'],
    ],
    ['may be a template', ['web@.container'], {'web@.container': container('a')}, ['web@.service a from web@.container']],
    [
      'is the template of instances',
      ['web@1.container', 'web@2'],
      {'web@.container': container('a')},
      ['web@1.service a from web@.container', 'web@2.service a from web@.container'],
    ],
    [
      'may be an instance of its own',
      ['web@{1,2}.container'],
      {'web@.container': container('a'), 'web@2.container': container('b')},
      ['web@1.service a from web@.container', 'web@2.service b from web@2.container'],
    ],
    [
      'in a directory is one of its units',
      ['units'],
      {'units/web.container': container('a'), 'units/db.service': container('b'), 'units/data.volume': '[Volume]\n'},
      ['db.service b from units/db.service', 'web.service a from units/web.container'],
    ],
    [
      'may ask for another name',
      ['web.container'],
      {'web.container': container('a', 'ServiceName=db')},
      ['db.service a from web.container'],
    ],
    [
      'may ask for another name in a directory',
      ['units'],
      {'units/web.container': container('a', 'ServiceName=db')},
      ['db.service a from units/web.container'],
    ],
  ])('%s', async (_, args, local, gathered) => {
    expect(await gather(args, local)).toMatchObject({gathered, warnings: []})
  })

  test('is submitted to the byte', async () => {
    const text = `# mine\r\n\n${container('a')}  `
    expect((await gather(['web.container'], {'web.container': text})).submissions).toMatchObject([{name: 'web.service', text}])
  })

  test('replaces the template that it became', async () => {
    await submitUnits(store, [{name: 'web@.service', text: container('old'), source: ''}], {replace: false, signal})
    expect(await gather(['web@1.container'], {'web@.container': container('a')}, {replace: true})).toMatchObject({
      gathered: ['web@1.service a from web@.container', 'web@.service a from web@.container'],
    })
  })

  test('that differs from the known unit is told by its own name', async () => {
    await submitUnits(store, [{name: 'web.service', text: container('old'), source: ''}], {replace: false, signal})
    expect(await gather(['web.container'], {'web.container': container('a')})).toMatchObject({
      gathered: [],
      warnings: ['web.service in the cluster differs from web.container: add --replace to override'],
    })
  })

  test('has its drop-ins told, since they are not read', async () => {
    const local = {'web.container': container('a'), 'web.container.d/image.conf': container('b')}
    expect(await gather(['web'], local)).toMatchObject({
      gathered: ['web.service a from web.container'],
      warnings: ['web.container.d is passed over: write its lines into web.container'],
    })
  })

  test.each<[name: string, args: readonly string[], local: Texts, message: RegExp]>([
    [
      'beside its service',
      ['web'],
      {'web.container': container('a'), 'web.service': container('b')},
      /web\.service and web\.container are both web\.service/,
    ],
    [
      'beside its service in a directory',
      ['units'],
      {'units/web.container': container('a'), 'units/web.service': container('b')},
      /units\/web\.(service|container) and units\/web\.(service|container) are both web\.service/,
    ],
    [
      'named together with its service',
      ['web.container', 'web.service'],
      {'web.container': container('a'), 'web.service': container('b')},
      /are both web\.service/,
    ],
    [
      'beside another that asks for its name',
      ['web.container', 'db.container'],
      {'web.container': container('a', 'ServiceName=db'), 'db.container': container('b')},
      /web\.container and db\.container are both db\.service/,
    ],
    [
      'whose template stands beside another',
      ['web@1'],
      {'web@.container': container('a'), 'web@.service': container('b')},
      /are both web@\.service/,
    ],
    [
      'without [Container]',
      ['web.container'],
      {'web.container': '[Service]\nExecStart=/bin/x\n'},
      /web\.container: no \[Container\] section/,
    ],
    [
      'that asks for a name which cannot be',
      ['web.container'],
      {'web.container': container('a', 'ServiceName=a/b')},
      /unit name 'a\/b\.service'/,
    ],
    [
      'with an unknown key',
      ['web.container'],
      {'web.container': container('a', 'Envirnment=A=1')},
      /web\.container:3:.*\[Container\] Envirnment: unknown key; write Environment=/,
    ],
  ])('%s is refused', async (_, args, local, message) => {
    const gathering = gather(args, local)
    await expect(gathering).rejects.toThrow(UsageError)
    await expect(gathering).rejects.toThrow(message)
  })
})

test.each([
  ['volume', 'Volume='],
  ['network', 'docker network create'],
  ['pod', 'MachineOf='],
  ['kube', '.container file for each'],
  ['build', 'push it to a registry'],
  ['image', 'Image='],
  ['artifact', '.container file'],
])('a .%s file is refused with what to do instead', async (kind, remedy) => {
  const gathering = gather([`x.${kind}`], {[`x.${kind}`]: ''})
  await expect(gathering).rejects.toThrow(UsageError)
  await expect(gathering).rejects.toMatchObject({
    message: `x.${kind} is a ${kind} of Quadlet's, which only Podman makes`,
    hint: expect.stringContaining(remedy),
  })
})

test('a service may be named like a file of Quadlet’s', async () => {
  const local = {'x.image.service': container('a')}
  expect(await gather(['x.image'], local)).toMatchObject({gathered: ['x.image.service a from x.image.service']})
})
