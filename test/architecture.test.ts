import {readdirSync, readFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path/posix'
import {transformSync} from 'esbuild'
import {describe, expect, test} from 'vitest'

/**
 * The rooms of src/ from left to right: the files that belong to each, and the rooms that they may import. A room imports
 * only rooms to its left, so there are no circles. The table is exact: an arrow that is not in it fails, and so does one
 * that nobody takes any more.
 */
const rooms: readonly Room[] = [
  room('start', /^(start\.ts|lib\/start\/)/, ''),
  room('base', /^lib\/base\//, ''),
  room('unit', /^lib\/unit\//, 'base'),
  room('fleet', /^lib\/fleet\//, 'unit'),
  room('fleet-client', /^lib\/fleet-client\//, 'base, fleet'),
  room('store port', /^lib\/store\/(store|keys)\.ts$/, ''),
  room('store', /^lib\/store\/[^/]+$/, 'base, store port'),
  room('store/etcd', /^lib\/store\/etcd\//, 'base, store port, store'),
  room(
    'cluster model',
    /^lib\/cluster\/(model|codec|plain|view|glances|rows|unit-file-rows|machine-rows|allocated|progress|metadata|machine-name)\.ts$/,
    'base, unit, store port',
  ),
  room('cluster', /^lib\/cluster\//, 'base, unit, store port, store, cluster model'),
  room('driver port', /^lib\/drivers\/driver\.ts$/, 'unit'),
  room('hosts port', /^lib\/hosts\/host\.ts$/, ''),
  room('hosts', /^lib\/hosts\/[^/]+$/, 'base, hosts port'),
  room(
    'ssh rules',
    /^lib\/hosts\/ssh\/(config|config-sections|settings|tokens|patterns|known-hosts|key-blob|quote)\.ts$/,
    'base',
  ),
  room('hosts/ssh', /^lib\/hosts\/ssh\//, 'base, hosts port, ssh rules'),
  room('drivers', /^lib\/drivers\/[^/]+$/, 'base, unit, driver port'),
  room('drivers/docker', /^lib\/drivers\/docker\//, 'base, unit, driver port, hosts port, drivers'),
  room('drivers/systemd', /^lib\/drivers\/systemd\//, 'base, unit, driver port, drivers'),
  room('drivers/memory', /^lib\/drivers\/memory\//, 'unit, driver port'),
  room('scheduler', /^lib\/scheduler\//, 'base, unit'),
  room(
    'engine plan',
    /^lib\/engine\/(plan|snapshot|writes|unit-shelf|recent-losses|touched|mind)\.ts$/,
    'base, unit, store port, cluster model, scheduler',
  ),
  room('planning', /^lib\/planning\//, 'base, unit, store port, cluster model, cluster, scheduler, engine plan'),
  room('simulate', /^lib\/simulate\//, 'base, unit, store port, cluster model, engine plan'),
  room('engine', /^lib\/engine\//, 'base, store port, store, cluster model, engine plan'),
  room(
    'agent plan',
    /^lib\/agent\/(plan|plan-supervised|report|report-all|report-supervised|recent-decisions|restart|situation|step|clear|bonds|telling|environment-block)\.ts$/,
    'base, unit, cluster model, driver port',
  ),
  room('agent', /^lib\/agent\//, 'base, unit, store port, store, cluster model, cluster, driver port, engine, agent plan'),
  room('journal', /^lib\/journal\//, 'base, unit, store port, store, cluster model, cluster, hosts port, drivers/docker'),
  room('top', /^lib\/top\//, 'base, cluster model, driver port, hosts port, drivers/docker, journal'),
  room('api', /^lib\/api\/[^/]+$/, 'base, store port, store, cluster model, driver port'),
  room('api/fleet', /^lib\/api\/fleet\//, 'base, unit, fleet, store port, cluster model, cluster, api'),
  room('api/v1', /^lib\/api\/v1\//, 'base, unit, store port, cluster model, cluster, scheduler, engine plan, planning, api'),
  room('api/server', /^lib\/api\/server\//, 'start, base, api'),
  room('dev', /^lib\/dev\//, 'base, store port, cluster model, cluster, drivers/docker'),
  room(
    'cli',
    /^lib\/cli\//,
    'start, base, unit, fleet, fleet-client, store port, store, store/etcd, cluster model, cluster, planning, driver port, drivers, drivers/docker, drivers/systemd, drivers/memory, engine, agent, hosts port, hosts, ssh rules, hosts/ssh, journal, top, api/fleet, api, api/v1, api/server, simulate',
  ),
  room('commands', /^commands\//, 'base, cluster, agent, dev, cli'),
  room('main', /^main\.ts$/, 'base, cli'),
]

/** What comes from outside, and the only rooms that may have it. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@oclif/core': ['cli', 'commands', 'main'],
  '@oclif/plugin-not-found': ['cli'],
  'dbus-native': ['drivers/systemd'],
  chalk: ['cli'],
  'cli-table3': ['cli'],
  etcd3: ['store/etcd'],
  valibot: ['cluster model', 'api/v1'],
  yaml: ['agent', 'cli'],
  ssh2: ['hosts/ssh'],
  'ssh-config': ['ssh rules'],
  'node:child_process': ['drivers/systemd', 'dev', 'cli', 'hosts', 'hosts/ssh'],
  'node:crypto': ['unit', 'fleet', 'cluster', 'drivers/docker', 'dev', 'ssh rules', 'api/server', 'cli'],
  'node:events': ['drivers/docker', 'cli'],
  'node:fs': ['cli', 'dev', 'api/server', 'api/v1', 'start'],
  'node:fs/promises': ['drivers/docker', 'drivers/systemd', 'agent', 'dev', 'cli', 'hosts', 'hosts/ssh', 'api/server'],
  'node:http': ['drivers/docker', 'top', 'api', 'fleet-client', 'api/server', 'api/v1'],
  'node:https': ['fleet-client', 'api/server'],
  'node:net': ['dev', 'hosts', 'hosts/ssh', 'api/server'],
  'node:os': ['unit', 'drivers/docker', 'drivers/systemd', 'agent', 'dev', 'cli', 'hosts', 'hosts/ssh'],
  'node:path': ['drivers/docker', 'drivers/systemd', 'agent', 'dev', 'cli', 'hosts', 'hosts/ssh', 'api/server', 'start'],
  'node:module': ['start'],
  'node:vm': ['start'],
  'node:zlib': ['start'],
  'node:stream': ['store/etcd', 'drivers/docker', 'hosts port', 'hosts', 'hosts/ssh'],
  'node:stream/promises': ['drivers/docker', 'cli', 'hosts'],
  'node:timers/promises': [
    'journal',
    'top',
    'store',
    'store/etcd',
    'drivers/docker',
    'drivers/systemd',
    'agent',
    'engine',
    'cli',
    'dev',
  ],
  'node:stream/consumers': ['top'],
  'node:perf_hooks': ['api/v1'],
  'node:readline/promises': ['cli'],
  'node:tls': ['store/etcd', 'api/server'],
  'node:worker_threads': ['cli'],
  'node:util': ['drivers/systemd', 'cli', 'main'],
}

/** What reaches outside a function's arguments, and how it shows in the code. The constants of node:os are a table only. */
const reaches: Readonly<Record<string, RegExp>> = {
  time: /\bDate\.now\b|\bnew Date\b(?!\([^)])|\bperformance\.now\b|\bset(Timeout|Interval|Immediate)\(|\bAbortSignal\.timeout\b|"node:timers/,
  chance: /\bMath\.random\b|\brandom(Bytes|UUID|Int)\b/,
  disk: /"node:fs/,
  network: /"node:(net|http|https|http2|tls|dgram|dns)|"etcd3"|\bfetch\(/,
  processes: /"node:(child_process|worker_threads|cluster)"/,
  host: /(?<!import\{constants\}from)"node:os"|\bprocess\.(env|std|argv|exec|exit|on\b|once|kill|cwd|platform)/,
  terminal: /\bconsole\./,
}

/** Every file that reaches outside: by folder, for what. All others are functions of their arguments. */
const outside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '.': {time: 'main', disk: 'start', host: 'main start', terminal: 'main'},
  commands: {time: 'status', host: 'agent cat complete completion dev help import simulate status token verify'},
  'commands/context': {host: 'list remove show'},
  'lib/agent': {
    time: 'agent dismissals executors host run-agent',
    disk: 'capacity-measured decision-log environment-files host machine-environment settings',
    host: 'host',
  },
  'lib/api': {time: 'live-cluster'},
  'lib/api/v1/events': {time: 'event-hub'},
  'lib/api/v1/plain': {time: 'health', disk: 'own-metrics'},
  'lib/api/server': {
    time: 'connections desk half-open listener send-answer unix-socket',
    chance: 'desk',
    disk: 'file-version tls-files token-file unix-socket',
    network: 'caller desk listener tls-files unix-socket',
  },
  'lib/base': {time: 'bell log'},
  'lib/cli': {host: 'cluster-command colours interrupt', disk: 'connection'},
  'lib/cli/agent': {
    time: 'engine-thread engine-worker open-api open-driver why-thread why-worker',
    host: 'is-thread',
    processes: 'engine-thread engine-worker is-thread thread why-thread why-worker',
    chance: 'make-token',
    disk: 'make-token write-stderr',
  },
  'lib/cli/completion': {time: 'answer', disk: 'files', host: 'files'},
  'lib/cli/context': {host: 'changes choice contexts', disk: 'contexts'},
  'lib/cli/exec': {host: 'run'},
  'lib/cli/journal': {time: 'run', host: 'run'},
  'lib/cli/list': {host: 'list-command', time: 'listing'},
  'lib/cli/machines': {time: 'drain-run move-run', host: 'drain-run move-run'},
  'lib/cli/manual': {host: 'show-help'},
  'lib/cli/plan': {time: 'nearest-miss run why-run', host: 'run why-run'},
  'lib/cli/program': {host: 'unknown-command'},
  'lib/cli/simulate': {time: 'run', disk: 'run snapshot'},
  'lib/cli/ssh': {
    host: 'flags join-socket raw-terminal reach session terminal-ask',
    processes: 'raw-terminal',
    time: 'session',
  },
  'lib/cli/top': {host: 'run watch', time: 'watch'},
  'lib/cli/units': {
    time: 'follow-progress fulfil progress-view',
    host: 'follow-progress fulfil wish-command',
    disk: 'unit-files',
  },
  'lib/cli/watch': {time: 'cluster pulse', host: 'list terminal'},
  'lib/cluster': {chance: 'cluster-id'},
  'lib/dev': {
    time: 'cluster etcd greeting',
    chance: 'cluster',
    disk: 'child cluster etcd',
    network: 'etcd ports',
    processes: 'child run-command',
    host: 'cluster etcd greeting run-command run-dev',
  },
  'lib/engine': {time: 'engine'},
  'lib/drivers': {time: 'run-cache'},
  'lib/drivers/systemd': {time: 'batch driver', disk: 'driver host-units written-units', processes: 'journal', host: 'driver'},
  'lib/drivers/docker': {
    time: 'exec watch',
    disk: 'machine-file optional-devices registry-auth',
    network: 'client dial',
    host: 'driver registry-auth sweep',
  },
  'lib/top': {time: 'ask-use machine-uses', network: 'ask-use'},
  'lib/journal': {time: 'follow-places read-journal read-tails'},
  'lib/start': {disk: 'code-cache source-trace', time: 'code-cache'},
  'lib/fleet-client': {network: 'transport'},
  'lib/hosts': {disk: 'forward-to', network: 'forward-to local-host', processes: 'local-host', host: 'forward-to local-host'},
  'lib/hosts/ssh': {
    time: 'deadline',
    disk: 'host-keys identities read-config',
    network: 'open-ssh',
    processes: 'proxy-command',
    host: 'open-ssh proxy-command',
  },
  'lib/store': {time: 'backoff memory', chance: 'backoff'},
  'lib/store/etcd': {
    time: 'commit endpoints keepalive options session settle watch',
    chance: 'endpoints',
    network: 'connection faults options stream',
  },
}

/** Where nothing may reach outside, not even through what is imported: it is here that everything is decided and said. */
const pureRooms = [
  'unit',
  'ssh rules',
  'fleet',
  'store port',
  'cluster model',
  'scheduler',
  'engine plan',
  'planning',
  'simulate',
  'agent plan',
]
const pureFiles =
  /^lib\/cli\/(simulate\/(file|flags|page|words)|journal\/(page|time)|program\/own-words|completion\/(words|wanted|kinds|scripts)|manual\/(manual|text|page|groups)|watch\/(changes|screen)|machines\/any-machine|list\/(list-filter|table|columns)|import\/(plan|columns)|status\/page|plan\/(why-page|page)|verify\/(verify|page|container))\.ts$|^lib\/api\/v1\/(errors|openapi|operation|query|schema|shapes|events\/(event|filter|written)|lists\/(cluster-rows|list|lists|unit-facts)|units\/(precondition|unit-page|unit-text))\.ts$/

const commandLines = 59
const sourceLines = 300

/** Where the code does not keep a rule yet, with the reason. One that is not needed any more fails. */
const exceptions: readonly Exception[] = []

interface Room {
  readonly name: string
  readonly files: RegExp
  readonly imports: readonly string[]
}

interface Exception {
  readonly broken: string
  readonly reason: string
}

interface Source {
  /** Below src/. */
  readonly path: string
  readonly text: string
  /** Without types and comments: what runs. */
  readonly code: string
}

function room(name: string, files: RegExp, imports: string): Room {
  return {name, files, imports: imports === '' ? [] : imports.split(', ')}
}

const src = join(import.meta.dirname, '../src')

const sources: readonly Source[] = readdirSync(src, {recursive: true, encoding: 'utf8'})
  .filter(path => path.endsWith('.ts'))
  .sort()
  .map(path => {
    const text = readFileSync(join(src, path), 'utf8')
    const {code} = transformSync(text, {
      loader: 'ts',
      minifyWhitespace: true,
      legalComments: 'none',
      tsconfigRaw: {compilerOptions: {verbatimModuleSyntax: true}},
    })
    return {path, text, code}
  })

/** The modules that a text names in imports and exports: files below src/, or packages. */
function importsOf(path: string, text: string): readonly string[] {
  const specifiers = Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*["']([@\w./:-]+)["']/g), match => match[1] ?? '')
  return [...new Set(specifiers)].map(specifier => (specifier.startsWith('.') ? join(dirname(path), specifier) : specifier))
}

function roomOf(path: string): string | undefined {
  return rooms.find(({files}) => files.test(path))?.name
}

function isPure(path: string): boolean {
  return pureFiles.test(path) || pureRooms.includes(roomOf(path) ?? '')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

function reachesOf({code}: Source): readonly string[] {
  return Object.entries(reaches).flatMap(([kind, shows]) => (shows.test(code) ? [kind] : []))
}

/** The table of `outside` as the sources have it. */
function foundOutside(): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {}
  for (const source of sources) {
    const folder = found[dirname(source.path)] ?? {}
    found[dirname(source.path)] = folder
    for (const kind of reachesOf(source)) folder[kind] = `${folder[kind] ?? ''} ${basename(source.path, '.ts')}`.trimStart()
  }
  return Object.fromEntries(Object.entries(found).filter(([, kinds]) => Object.keys(kinds).length > 0))
}

/** The way from a file to the first one that reaches outside, through imports that are there when it runs. */
function wayOutside(path: string, trail: readonly string[] = []): readonly string[] | undefined {
  if (trail.includes(path)) return undefined
  const here = [...trail, path]
  const source = sources.find(each => each.path === path)
  if (source === undefined) return undefined
  if (reachesOf(source).length > 0) return here
  for (const next of importsOf(path, source.code)) {
    const way = wayOutside(next, here)
    if (way !== undefined) return way
  }
  return undefined
}

/** Arrows between rooms that the table does not allow. */
function forbiddenImports({path, text}: Source): readonly string[] {
  const from = rooms.find(({files}) => files.test(path))
  return importsOf(path, text).flatMap(imported => {
    const to = roomOf(imported)
    if (from === undefined || to === undefined || to === from.name || from.imports.includes(to)) return []
    return [`${path} (${from.name}) imports ${imported} (${to})`]
  })
}

function impurities({path}: Source): readonly string[] {
  const way = isPure(path) ? wayOutside(path) : undefined
  return way === undefined ? [] : [`${way.join(' → ')} reaches outside`]
}

function lengths({path, text}: Source): readonly string[] {
  const limit = roomOf(path) === 'commands' ? commandLines : sourceLines
  return text.split('\n').length - 1 > limit ? [`${path} has more than ${limit} lines`] : []
}

/** What a rule finds broken, but for the exceptions. */
function broken(rule: (source: Source) => readonly string[]): readonly string[] {
  return sources.flatMap(rule).filter(finding => !exceptions.some(exception => exception.broken === finding))
}

describe('rooms', () => {
  test.each(rooms.map(({name, imports}, at) => ({name, imports, left: rooms.slice(0, at).map(each => each.name)})))(
    '$name looks only to its left',
    ({imports, left}) => {
      expect(imports.filter(each => !left.includes(each))).toEqual([])
    },
  )

  test('every file is in one', () => {
    expect(sources.map(({path}) => path).filter(path => roomOf(path) === undefined)).toEqual([])
  })

  test('no import crosses where none is allowed', () => {
    expect(broken(forbiddenImports)).toEqual([])
  })

  test.each(rooms)('$name imports from every room that it may', ({name, imports}) => {
    const own = sources.filter(({path}) => roomOf(path) === name)
    const taken = new Set(own.flatMap(({path, text}) => importsOf(path, text).map(roomOf)))
    expect(imports.filter(each => !taken.has(each))).toEqual([])
  })

  test('every package is where it may be, and nowhere else', () => {
    const seen = new Map<string, Set<string>>()
    for (const {path, text} of sources) {
      for (const name of importsOf(path, text)) {
        if (!name.endsWith('.ts')) seen.set(name, (seen.get(name) ?? new Set()).add(roomOf(path) ?? path))
      }
    }
    const found = Object.fromEntries([...seen].map(([name, users]) => [name, [...users].sort()]))
    expect(found).toEqual(Object.fromEntries(Object.entries(packages).map(([name, users]) => [name, users.toSorted()])))
  })
})

describe('reaching outside', () => {
  test('is done by these files and no others', () => {
    expect(foundOutside()).toEqual(outside)
  })

  test('is never done where things are decided and said', () => {
    expect(broken(impurities)).toEqual([])
  })
})

describe('files', () => {
  test('are short', () => {
    expect(broken(lengths)).toEqual([])
  })

  test.each([
    ['any', /[:<,|&(]\s*any\b|\bas any\b|\bany(\[\]|>)/],
    ['the assertion that something is there (!)', /[\w)\]]!(?=[.;,)\][(\n}]| [^=])/],
    ['a check that is switched off', /@ts-(ignore|expect-error|nocheck)/],
  ])('do without %s', (_, shows) => {
    expect(sources.filter(({text}) => shows.test(withoutComments(text))).map(({path}) => path)).toEqual([])
  })
})

test('every exception is still needed', () => {
  const findings = sources.flatMap(source => [forbiddenImports, impurities, lengths].flatMap(rule => rule(source)))
  expect(exceptions.filter(exception => !findings.includes(exception.broken))).toEqual([])
})
