import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {describeKey, keyType} from '../../src/lib/hosts/ssh/key-blob.ts'
import {judgeKey, knownKeyTypes, knownName, parseKnownHosts, speaksOf} from '../../src/lib/hosts/ssh/known-hosts.ts'

const directory = mkdtempSync(join(tmpdir(), 'meissa-known-hosts-'))
afterAll(() => rmSync(directory, {recursive: true, force: true}))

interface Key {
  readonly text: string
  readonly blob: Buffer
}
const made: Record<string, Key> = {}

beforeAll(() => {
  for (const [name, type] of Object.entries({one: 'ed25519', two: 'ed25519', rsa: 'rsa', ecdsa: 'ecdsa'})) {
    const file = join(directory, name)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file, ...(type === 'rsa' ? ['-b', '2048'] : [])])
    const text = readFileSync(`${file}.pub`, 'utf8').trim()
    made[name] = {text, blob: Buffer.from(text.split(' ')[1] ?? '', 'base64')}
  }
})

const key = (name: string): Key => made[name] ?? {text: '', blob: Buffer.alloc(0)}
/** `{one}` stands for a key. */
const written = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => key(name).text)
const linesOf = (text: string) => parseKnownHosts(written(text), 'known_hosts')

const files = {
  plain: 'web {one}\nweb {rsa} with a comment\n# web {two}\n\n\tdb,10.0.0.2 {two}\n',
  patterns: '*.example.com,!bad.example.com {one}\n10.0.?.1 {two}\nWEB {rsa}\n',
  ports: '[web]:2222 {one}\nweb {two}\n[10.0.0.*]:22?? {rsa}\n',
  markers: '@revoked web {one}\n@cert-authority *.example.com {two}\n@other web {rsa}\nweb {ecdsa}\n',
} as const

describe('a line speaks of the names of which ssh-keygen -F says so', () => {
  const names = ['web', 'db', '10.0.0.2', '10.0.0.1', 'a.example.com', 'bad.example.com', '[web]:2222', '[10.0.0.7]:2201', 'none']
  test.each(Object.entries(files).flatMap(([file, text]) => names.map(name => ({file, text, name}))))(
    '$file: $name',
    ({text, name}) => {
      const file = join(directory, 'known_hosts')
      writeFileSync(file, written(text))
      const said = spawnSync('ssh-keygen', ['-F', name, '-f', file], {encoding: 'utf8'}).stdout
      const theirs = Array.from(said.matchAll(/found: line (\d+)/g), ([, line]) => Number(line))
      const ours = linesOf(text)
        .filter(line => speaksOf(line, name))
        .map(({line}) => line)
      expect(ours).toEqual(theirs)
    },
  )

  test('hashed names', () => {
    const file = join(directory, 'hashed')
    writeFileSync(file, written('web {one}\n[web]:2222 {two}\ndb {rsa}\n'))
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], {stdio: 'ignore'})
    const lines = parseKnownHosts(readFileSync(file, 'utf8'), file)
    expect(lines.every(({hosts}) => hosts.startsWith('|1|'))).toBe(true)
    for (const [index, name] of ['web', '[web]:2222', 'db'].entries())
      expect(lines.filter(line => speaksOf(line, name)).map(({line}) => line)).toEqual([index + 1])
  })
})

describe('the verdict on a key', () => {
  test.each([
    {file: files.plain, name: 'web', shown: 'one', verdict: 'known', line: 1},
    {file: files.plain, name: 'web', shown: 'rsa', verdict: 'known', line: 2},
    {file: files.plain, name: 'web', shown: 'two', verdict: 'changed', line: 1},
    {file: files.plain, name: 'web', shown: 'ecdsa', verdict: 'unknown', line: undefined},
    {file: files.plain, name: 'other', shown: 'one', verdict: 'unknown', line: undefined},
    {file: files.plain, name: '10.0.0.2', shown: 'two', verdict: 'known', line: 5},
    {file: files.patterns, name: 'a.example.com', shown: 'one', verdict: 'known', line: 1},
    {file: files.patterns, name: 'bad.example.com', shown: 'one', verdict: 'unknown', line: undefined},
    {file: files.patterns, name: 'web', shown: 'rsa', verdict: 'known', line: 3},
    {file: files.markers, name: 'web', shown: 'one', verdict: 'revoked', line: 1},
    {file: files.markers, name: 'web', shown: 'ecdsa', verdict: 'known', line: 4},
    {file: files.markers, name: 'a.example.com', shown: 'two', verdict: 'unknown', line: undefined},
    {file: `web {one}\n@revoked * {one}\n`, name: 'web', shown: 'one', verdict: 'revoked', line: 2},
    {file: 'web {one}\nweb {two}\n', name: 'web', shown: 'two', verdict: 'known', line: 2},
    {file: 'web\nweb ssh-ed25519\nweb ssh-rsa AAAA\nweb {two}\n', name: 'web', shown: 'two', verdict: 'known', line: 4},
    {file: '', name: 'web', shown: 'one', verdict: 'unknown', line: undefined},
  ])('$name shows $shown: $verdict', ({file, name, shown, verdict, line}) => {
    const judged = judgeKey(linesOf(file), {primary: name, others: []}, key(shown).blob)
    expect({kind: judged.kind, line: 'at' in judged ? judged.at.line : undefined}).toEqual({kind: verdict, line})
  })

  test('under another name of the host a key counts where it is known, and not where it is another', () => {
    const names = {primary: '[10.0.0.9]:2222', others: ['10.0.0.9', 'web']}
    expect(judgeKey(linesOf(files.plain), names, key('one').blob).kind).toBe('known')
    expect(judgeKey(linesOf(files.plain), names, key('two').blob).kind).toBe('unknown')
    const plainPort = {primary: '10.0.0.9', others: ['web']}
    expect(judgeKey(linesOf('web {one}\n'), plainPort, key('two').blob).kind).toBe('changed')
    expect(judgeKey(linesOf('@revoked web {two}\n'), names, key('two').blob).kind).toBe('revoked')
  })

  test('a host that is known by another type of key only is not a changed one', () => {
    const judged = judgeKey(linesOf('web {rsa}\n'), {primary: 'web', others: []}, key('one').blob)
    expect(judged.kind === 'unknown' && judged.others.map(({type}) => type)).toEqual(['ssh-rsa'])
    expect(knownKeyTypes(linesOf('web {rsa}\n@cert-authority web {ecdsa}\n'), {primary: 'web', others: []})).toEqual(['ssh-rsa'])
  })
})

test('fingerprints and types are those of ssh-keygen -l', () => {
  for (const name of Object.keys(made)) {
    const said = execFileSync('ssh-keygen', ['-l', '-f', join(directory, `${name}.pub`)], {encoding: 'utf8'})
    const [, mark, type] = /(SHA256:\S+) .*\((\w+)\)/.exec(said) ?? []
    expect(describeKey(key(name).blob)).toBe(`${type} ${mark}`)
  }
  expect(keyType(Buffer.from('nonsense'))).toBeUndefined()
  expect(keyType(Buffer.alloc(0))).toBeUndefined()
})

test.each([
  ['Web', 22, 'web'],
  ['10.0.0.1', 2222, '[10.0.0.1]:2222'],
  ['fd00::1', 22, 'fd00::1'],
])('%s at port %i is kept under %s', (host, port, name) => {
  expect(knownName(host, port)).toBe(name)
})
