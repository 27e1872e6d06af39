import {mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {ConflictError, NotFoundError, UsageError} from '../../src/lib/base/errors.ts'
import {addContext, removeContexts, shownContext, useContext} from '../../src/lib/cli/context/changes.ts'
import {changeContexts, chooseContext, configPath, readContexts} from '../../src/lib/cli/context/contexts.ts'
import {withDirectory} from './temporary-directory.ts'

beforeEach(() => {
  vi.stubEnv('CTL_CONTEXT', undefined)
  vi.stubEnv('CTL_CONFIG', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** With a config file of this text in a directory of its own. */
async function withConfig<T>(text: string | undefined, use: (path: string) => Promise<T>): Promise<T> {
  return withDirectory(text === undefined ? {} : {'config.yaml': text}, async directory => {
    vi.stubEnv('CTL_CONFIG', join(directory, 'config.yaml'))
    return use(join(directory, 'config.yaml'))
  })
}

const local = {endpoints: 'http://127.0.0.1:2379'}
const once = {replace: false}

describe('the file is', () => {
  test.each<[name: string, environment: Readonly<Record<string, string | undefined>>, path: string]>([
    ['in ~/.config', {XDG_CONFIG_HOME: undefined}, join(homedir(), '.config/meissa/config.yaml')],
    ['where XDG_CONFIG_HOME says', {XDG_CONFIG_HOME: '/x'}, '/x/meissa/config.yaml'],
    ['in ~/.config when XDG_CONFIG_HOME is not absolute', {XDG_CONFIG_HOME: 'x'}, join(homedir(), '.config/meissa/config.yaml')],
    ['what CTL_CONFIG names', {XDG_CONFIG_HOME: '/x', CTL_CONFIG: '/y.yaml'}, '/y.yaml'],
  ])('%s', (_, environment, path) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    expect(configPath()).toBe(path)
  })

  test('made for its owner alone, with its directory, and nothing else is left there', async () => {
    await withDirectory({}, async directory => {
      vi.stubEnv('CTL_CONFIG', join(directory, 'deep/er/config.yaml'))
      await addContext('a', local, once)
      expect((await stat(join(directory, 'deep/er/config.yaml'))).mode & 0o777).toBe(0o600)
      expect((await stat(join(directory, 'deep'))).mode & 0o777).toBe(0o700)
      expect(await readdir(join(directory, 'deep/er'))).toEqual(['config.yaml'])
    })
  })

  test('kept where a link leads', async () => {
    await withConfig(undefined, async path => {
      await mkdir(`${path}.d`)
      await writeFile(`${path}.d/real.yaml`, two, {mode: 0o644})
      await symlink(`${path}.d/real.yaml`, path)
      await addContext('c', local, once)
      expect(await readFile(`${path}.d/real.yaml`, 'utf8')).toContain('c:')
      expect((await stat(`${path}.d/real.yaml`)).mode & 0o777).toBe(0o600)
    })
  })

  test.each<[name: string, path: string, message: string]>([
    ['one that cannot be read', '/proc/1/mem/x', 'cannot read /proc/1/mem/x: ENOTDIR'],
    ['a directory', '/proc', 'cannot read /proc: EISDIR'],
  ])('%s: told', async (_, path, message) => {
    vi.stubEnv('CTL_CONFIG', path)
    await expect(readContexts()).rejects.toThrow(UsageError)
    await expect(readContexts()).rejects.toThrow(message)
  })

  test('one that cannot be written: told', async () => {
    await withDirectory({}, async directory => {
      vi.stubEnv('CTL_CONFIG', join(directory, 'n'.repeat(254)))
      await expect(changeContexts([{kind: 'use', name: 'a'}])).rejects.toThrow(/cannot write .*ENAMETOOLONG/)
    })
  })
})

describe('adding', () => {
  test('the first one becomes the current one, the second does not', async () => {
    await withConfig(undefined, async () => {
      expect(await addContext('a', local, once)).toBe(true)
      expect(await addContext('b', local, once)).toBe(false)
      const {current, contexts} = await readContexts()
      expect([current, ...contexts.keys()]).toEqual(['a', 'a', 'b'])
    })
  })

  test('files are kept by their absolute paths', async () => {
    await withConfig(undefined, async () => {
      const files = {cacert: 'ca.pem', cert: '~/me.pem', key: '/me.key', 'ssh-config': 'none', identity: './id'}
      await addContext('a', {...local, ...files}, once)
      expect((await readContexts()).contexts.get('a')).toEqual({
        ...local,
        cacert: join(process.cwd(), 'ca.pem'),
        cert: join(homedir(), 'me.pem'),
        key: '/me.key',
        'ssh-config': 'none',
        identity: join(process.cwd(), 'id'),
      })
    })
  })

  test('a taken name is a conflict, unless it is to be replaced', async () => {
    await withConfig(undefined, async () => {
      await addContext('a', local, once)
      await expect(addContext('a', {tunnel: 'b'}, once)).rejects.toThrow(ConflictError)
      await addContext('a', {tunnel: 'b'}, {replace: true})
      expect((await readContexts()).contexts.get('a')).toEqual({tunnel: 'b'})
    })
  })

  test.each<[name: string, context: string, settings: Parameters<typeof addContext>[1], message: string]>([
    ['a name with blanks', 'a b', local, '"a b" cannot be a name'],
    ['a number as name', '1', local, '"1" cannot be a name'],
    ['no place', 'a', {user: 'a:b'}, 'nothing says where the cluster is'],
    ['an endpoint that is none', 'a', {endpoints: 'ftp://a'}, 'is no etcd endpoint'],
    ['a certificate without its key', 'a', {...local, cert: 'a'}, '--cert and --key go together'],
    ['a user without a password', 'a', {...local, user: 'a'}, '--user: write it as name:password'],
    ['a port that is none', 'a', {...local, 'ssh-port': '0'}, 'ssh-port: "0" is no port'],
  ])('%s is refused', async (_, name, settings, message) => {
    await withConfig(undefined, async path => {
      const adding = addContext(name, settings, once)
      await expect(adding).rejects.toThrow(UsageError)
      await expect(adding).rejects.toThrow(message)
      await expect(stat(path)).rejects.toThrow('ENOENT')
    })
  })
})

const two = 'current: a\ncontexts:\n  a: {tunnel: x}\n  b: {cacert: ca.pem, user: "me:secret"}\n'

test('using and removing', async () => {
  await withConfig(two, async () => {
    await useContext('b')
    expect((await readContexts()).current).toBe('b')
    expect(await removeContexts(['a'])).toBeUndefined()
    expect(await removeContexts(['b'])).toBe('b')
    expect(await readContexts()).toEqual({current: undefined, contexts: new Map(), warnings: []})
  })
})

test.each<[name: string, act: () => Promise<unknown>]>([
  ['using', () => useContext('bb')],
  ['removing', () => removeContexts(['a', 'bb'])],
  ['showing', () => shownContext('bb')],
])('%s an unknown one changes nothing, and says what was meant', async (_, act) => {
  await withConfig(two, async path => {
    await expect(act()).rejects.toThrow(NotFoundError)
    await expect(act()).rejects.toThrow(/no context bb in .* \(did you mean b\?\)/)
    expect(await readFile(path, 'utf8')).toBe(two)
  })
})

test('showing leaves passwords out', async () => {
  await withConfig(two, async () => {
    expect(await shownContext('b')).toEqual({name: 'b', current: false, settings: {cacert: 'ca.pem', user: 'me:…'}})
    expect((await shownContext(undefined)).name).toBe('a')
    vi.stubEnv('CTL_CONTEXT', 'b')
    expect((await shownContext(undefined)).name).toBe('b')
  })
  vi.stubEnv('CTL_CONTEXT', undefined)
  await withConfig('', () => expect(shownContext(undefined)).rejects.toThrow('no context is the current one'))
})

test('a relative file in the config is beside it', async () => {
  await withConfig(two, async path => {
    const contexts = await readContexts()
    expect(chooseContext(contexts, 'b', undefined)).toMatchObject({by: 'flag', settings: {cacert: join(path, '../ca.pem')}})
    expect(chooseContext(contexts, undefined, 'b')).toMatchObject({by: 'variable'})
    expect(chooseContext(contexts, undefined, undefined)).toMatchObject({name: 'a', by: 'current'})
  })
})
