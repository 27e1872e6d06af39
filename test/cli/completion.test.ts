import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import type {Command} from '@oclif/core'
import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {questionOf, renderCandidates} from '../../src/lib/cli/completion/answer.ts'
import {connectionWords} from '../../src/lib/cli/completion/connection-words.ts'
import {isUnitFile} from '../../src/lib/cli/completion/files.ts'
import {completionScripts, shells} from '../../src/lib/cli/completion/scripts.ts'
import {wantedAfter} from '../../src/lib/cli/completion/wanted.ts'
import {wordsOfLine} from '../../src/lib/cli/completion/words.ts'
import {openEtcdStore} from '../../src/lib/store/etcd/etcd-store.ts'
import {type EtcdServer, startEtcd} from '../fakes/etcd-server.ts'
import {assignmentEntry, machineEntry, recordEntry} from '../fakes/stored-cluster.ts'
import {withDirectory} from './temporary-directory.ts'

const bin = fileURLToPath(new URL('../../bin', import.meta.url))
const breaks = ' \t\n"\'@><=;|&(:'

describe('a line of bash', () => {
  test.each<[line: string, before: readonly string[], word: string, kept: string]>([
    ['ctl ', ['ctl'], '', ''],
    ['ctl st', ['ctl'], 'st', ''],
    ['ctl  stop\tweb@1', ['ctl', 'stop'], 'web@1', 'web@'],
    ['ctl stop web@1 db', ['ctl', 'stop', 'web@1'], 'db', ''],
    ['ctl stop --machine=we', ['ctl', 'stop'], '--machine=we', '--machine='],
    ["ctl stop 'web@1", ['ctl', 'stop'], 'web@1', ''],
    ['ctl stop "we b"x', ['ctl', 'stop'], 'we bx', ''],
    ["ctl stop '' x", ['ctl', 'stop', ''], 'x', ''],
    ['ctl stop we\\ b', ['ctl', 'stop'], 'we b', ''],
    ['ctl stop "a\\"b', ['ctl', 'stop'], 'a"b', ''],
  ])('%j', (line, before, word, kept) => {
    expect(wordsOfLine(line, breaks)).toEqual({before, word, kept})
  })

  test('quoted as a shell quotes, words come out as they went in', () => {
    const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
    fc.assert(
      fc.property(fc.array(fc.string(), {minLength: 1}), words => {
        const {before, word} = wordsOfLine(words.map(quoted).join(' '), breaks)
        expect([...before, word]).toEqual(words)
      }),
    )
  })
})

const option = (name: string, parts: Partial<Command.Flag.Cached> = {}) =>
  ({[name]: {name, type: 'option', multiple: false, ...parts}}) as Record<string, Command.Flag.Cached>
type Said = 'summary' | 'description' | 'strict' | 'args' | 'flags' | 'examples' | 'hidden'
type Parts = {readonly [K in Said]?: Exclude<Command.Cached[K], undefined>}
const command = (id: string, parts: Parts = {}): Command.Cached => ({
  ...{id, aliases: [], args: {}, flags: {}, hidden: false, hiddenAliases: []},
  ...parts,
})
const list = {
  ...option('output', {char: 'o', options: ['table', 'json']}),
  ...option('fields'),
  ...option('machine', {char: 'm'}),
  ...option('cert', {helpValue: 'FILE', helpGroup: 'GLOBAL'}),
  watch: {name: 'watch', type: 'boolean', char: 'w', allowNo: false} as const,
  legend: {name: 'legend', type: 'boolean', allowNo: true} as const,
}
const commands = [
  command('list-units', {flags: list, summary: 'List units'}),
  command('start'),
  command('stop'),
  command('ssh'),
  command('version'),
  command('forget-machine'),
  command('completion', {args: {shell: {name: 'shell', options: ['bash', 'zsh']}}}),
  command('context:use'),
  command('context:list'),
  command('help'),
  command('complete', {hidden: true}),
]
const first = ['completion', 'context', 'forget-machine', 'help', 'list-units', 'ssh', 'start', 'stop', 'version']

describe('what is wanted', () => {
  test.each<[line: string, wanted: {words?: readonly string[]; kinds?: readonly string[]; lead?: string}]>([
    ['', {words: first}],
    ['--cert x ', {words: first}],
    ['start ', {kinds: ['instance', 'unit file']}],
    ['start a ', {kinds: ['instance', 'unit file']}],
    ['stop ', {kinds: ['unit']}],
    ['sto ', {kinds: ['unit']}],
    ['--cert x stop ', {kinds: ['unit']}],
    ['ssh ', {kinds: ['machine', 'unit']}],
    ['ssh a ', {}],
    ['forget-machine ', {kinds: ['lost machine']}],
    ['version ', {}],
    ['context ', {words: ['list', 'use']}],
    ['context use ', {kinds: ['context']}],
    ['context use a ', {}],
    ['help ', {words: first, kinds: ['command']}],
    ['completion ', {words: ['bash', 'zsh']}],
    ['unknown ', {}],
    ['list-units -o ', {words: ['table', 'json']}],
    ['list-units --output ', {words: ['table', 'json']}],
    ['list-units --output=', {words: ['table', 'json'], lead: '--output='}],
    ['list-units -o json ', {kinds: ['known']}],
    ['list-units -w ', {kinds: ['known']}],
    ['list-units --machine ', {kinds: ['machine']}],
    ['list-units --machine=', {kinds: ['machine'], lead: '--machine='}],
    ['list-units --cert ', {kinds: ['file']}],
    ['list-units --fields a,', {kinds: ['field'], lead: 'a,'}],
    ['list-units --fields=a,b,c', {kinds: ['field'], lead: '--fields=a,b,'}],
    ['list-units --unknown=', {lead: '--unknown='}],
    [
      'list-units --',
      {words: ['--cert', '--debug', '--fields', '--help', '--legend', '--machine', '--no-legend', '--output', '--watch']},
    ],
    ['--', {words: ['--cert', '--debug', '--help']}],
    ['stop -- -', {kinds: ['unit']}],
  ])('ctl %s', (line, {words = [], kinds = [], lead = ''}) => {
    const {before, word} = wordsOfLine(line, breaks)
    const wanted = wantedAfter(before, word, commands)
    expect({...wanted, candidates: wanted.candidates.map(each => each.word)}).toMatchObject({candidates: words, kinds, lead})
  })

  test('whatever was typed, an answer is found', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('context', 'use', '--', '-o', '--output=', 'list-units', '--machine'))
    fc.assert(fc.property(fc.array(word), word, (before, last) => wantedAfter(before, last, commands).candidates.length >= 0))
  })
})

test.each<[name: string, parts: {word: string; lead?: string; kept?: string; described?: boolean}, text: string]>([
  ['what begins so', {word: 'web'}, 'web@1\nweb@2\n'],
  ['what it is', {word: 'db', described: true}, 'db\tthe store\n'],
  ['without what the shell has', {word: 'web@', kept: 'web@'}, '1\n2\n'],
  ['what is not there yet', {word: 'db,w', lead: 'db,'}, 'db,web@1\ndb,web@2\n'],
  ['not twice', {word: 'db,d', lead: 'db,'}, ''],
])('of the candidates: %s', (_, {word, lead = '', kept = '', described = false}, text) => {
  const candidates = [{word: 'web@1'}, {word: 'web@2'}, {word: 'web@1'}, {word: 'db', about: 'the store'}]
  expect(renderCandidates(candidates, {word, lead, kept, described})).toBe(text)
})

test.each<[argv: readonly string[], before: readonly string[], word: string]>([
  [['zsh', '--', 'stop', 'we'], ['stop'], 'we'],
  [['fish', '--', 'stop', ''], ['stop'], ''],
  [['bash', breaks, 'ctl stop we'], ['stop'], 'we'],
  [[], [], ''],
])('%j asks for what follows', (argv, before, word) => {
  expect(questionOf(argv)).toMatchObject({before, word})
})

test.each<[words: readonly string[], found: readonly string[]]>([
  [
    ['--endpoints', 'x', 'stop'],
    ['--endpoints', 'x'],
  ],
  [['stop', '--user=a:b', '-w'], ['--user=a:b']],
  [['stop', '--endpoints'], []],
  [['stop', '--', '--endpoints', 'x'], []],
  [['--endpointsx', 'y'], []],
  [
    ['-u', 'a:b', '--check', 'web'],
    ['-u', 'a:b', '--check'],
  ],
  [
    ['--no-check', '--check=x'],
    ['--no-check', '--check=x'],
  ],
])('of %j the connection is %j', (words, found) => {
  expect(
    connectionWords(words, {
      endpoints: {type: 'option'},
      user: {type: 'option', char: 'u'},
      check: {type: 'boolean'},
    }),
  ).toEqual(found)
})

test.each([
  ['web.service', true],
  ['units/web@.container', true],
  ['web', false],
  ['README.md', false],
  ['web.service~', false],
])('%s is named like a unit file: %s', (path, is) => {
  expect(isUnitFile(path)).toBe(is)
})

describe('with a cluster', () => {
  let etcd: EtcdServer
  beforeAll(async () => {
    etcd = await startEtcd()
    const store = openEtcdStore({endpoints: [etcd.endpoint]})
    const entries = [
      ...['web@.service', 'web@1.service', 'web@12.service', 'db.service'].map(name => recordEntry(name)),
      machineEntry('0123abcd', {name: 'one'}),
      machineEntry('4567abcd', {name: undefined}),
      assignmentEntry('db.service', '89ababcd'),
    ]
    await store.commit(
      [],
      entries.map(({key, value}) => ({kind: 'put', key, value})),
    )
    store.close()
  })
  afterAll(() => etcd?.remove())

  const environment = () => ({...process.env, PATH: `${bin}:${process.env.PATH}`, CTL_ENDPOINTS: etcd.endpoint})
  /** COMPREPLY of a real bash for a line, the cursor at its end. */
  function bash(line: string, cwd?: string): readonly string[] {
    const script = `source <(ctl completion bash)
complete -p ctl >/dev/null || exit 1
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=(ctl) COMP_CWORD=1
_ctl
printf '%s\\n' "\${COMPREPLY[@]}"`
    const {status, stdout, stderr} = spawnSync('bash', ['--norc', '-c', script, 'bash', line], {
      encoding: 'utf8',
      cwd,
      env: environment(),
    })
    expect({status, stderr}).toEqual({status: 0, stderr: ''})
    return stdout.split('\n').filter(each => each !== '')
  }

  test.each<[line: string, words: readonly string[]]>([
    ['ctl list-m', ['list-machines']],
    ['ctl list-units -o j', ['json']],
    ['ctl list-units --fields=unit,act', ['unit,active']],
    ['ctl list-units --fields unit,re', ['unit,restarts', 'unit,reason']],
    ['ctl stop ', ['db.service', 'web@1.service', 'web@12.service']],
    ['ctl stop web@1', ['1.service', '12.service']],
    ["ctl stop 'web@12", ['web@12.service']],
    ['ctl destroy web', ['web@.service', 'web@1.service', 'web@12.service']],
    ['ctl list-machines ', ['4567abcd', 'one']],
    ['ctl list-machines 01', ['0123abcd']],
    ['ctl list-units --machine=o', ['one']],
    ['ctl forget-machine ', ['89ababcd']],
    ['ctl --endpoints http://127.0.0.1:1 stop ', []],
    ['ctl nonsense ', []],
  ])('%s<TAB>', (line, words) => {
    expect(bash(line)).toEqual(words)
  })

  test('unit files where they make sense', async () => {
    const files = {'mail.container': '', 'mail.txt': '', 'more/': '', '.hidden/': '', 'more/a@.service': ''}
    await withDirectory(files, async path => {
      expect(bash('ctl submit ', path)).toEqual(['mail.container', 'more/'])
      expect(bash('ctl submit more/', path)).toEqual(['more/a@.service'])
      expect(bash('ctl start ', path)).toEqual([
        'db.service',
        'web@',
        'web@1.service',
        'web@12.service',
        'mail.container',
        'more/',
      ])
      expect(bash('ctl stop m', path)).toEqual([])
      expect(bash('ctl list-units --cert m', path)).toEqual(['mail.container', 'mail.txt', 'more/'])
    })
  })

  test('an etcd that does not answer is waited for no longer than a second', async () => {
    await etcd.freeze()
    try {
      const begun = performance.now()
      expect(bash('ctl stop ')).toEqual([])
      expect(performance.now() - begun).toBeLessThan(4000)
    } finally {
      etcd.thaw()
    }
  })

  const zsh = spawnSync('zsh', ['--version']).status === 0
  const fish = spawnSync('fish', ['--version']).status === 0
  if (!zsh) console.log('test/cli/completion.test.ts: there is no zsh, its script is checked by its text')
  if (!fish) console.log('test/cli/completion.test.ts: there is no fish, its script is checked by its text')

  test.runIf(zsh)('zsh reads its script', () => {
    const script = `autoload -Uz compinit; compinit -u -D; ${completionScripts.zsh}; print -r -- $_comps[ctl]`
    expect(spawnSync('zsh', ['-f', '-c', script], {encoding: 'utf8'})).toMatchObject({stdout: '_ctl\n', stderr: ''})
  })

  test.runIf(fish)('fish completes', () => {
    const script = `${completionScripts.fish}\ncomplete -C'ctl stop web@'`
    const {stdout} = spawnSync('fish', ['--no-config', '-c', script], {encoding: 'utf8', env: environment()})
    expect(stdout.trim().split('\n')).toEqual(['web@1.service', 'web@12.service'])
  })
})

test.each(shells)('the script of %s asks ctl complete', shell => {
  expect(completionScripts[shell]).toMatch(new RegExp(`complete ${shell} `))
  expect(completionScripts[shell]).toContain('2>/dev/null')
})
