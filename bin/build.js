/**
 * Bundles ctl: dist/program.cjs is all of it, dist/ctl.cjs starts it. Every file under src/commands/ is a command: what help needs
 * to know of it is gathered here, its module is loaded when it is run.
 */
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Plugin} from '@oclif/core'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const about = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

/** What the starter gives to the program, which is a function already: otherwise one would be made of it at every start. */
const given = 'exports, require, module, __filename, __dirname'

await mkdir(join(root, 'dist'), {recursive: true})
const commands = await ownCommands()
// The program first: what starts it then finds it.
for (const [name, contents, options] of [
  ['program', entry(), {sourcemap: 'external', banner: {js: `(function (${given}) {`}, footer: {js: '})'}}],
  ['ctl', starter(), {}],
]) {
  for (const {path, text} of await bundle(name, contents, options)) await replaceFile(path, text)
}

/** The bundle, and the map by which stack traces are told in the words of its sources if `options` ask for one. */
async function bundle(name, contents, options) {
  const result = await build({
    stdin: {contents, resolveDir: root, sourcefile: `${name}-entry.js`},
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minify: true,
    sourcesContent: false,
    outfile: join(root, `dist/${name}.cjs`),
    legalComments: 'none',
    // ssh2's native parts are optional and not built: their absence is handled by ssh2.
    external: ['cpu-features', '*.node'],
    logOverride: {'empty-import-meta': 'error'},
    logLevel: 'warning',
    plugins: [leanOclif(), lazyRequires(), etcdProtocol(), cheapAddresses()],
    absWorkingDir: root,
    write: false,
    ...options,
  })
  return result.outputFiles.map(({path, text}) => ({path, text: path.endsWith('.map') ? text : inAscii(withoutImports(text))}))
}

/** The same code. Throws for what would fail when it is run: code that `node:vm` runs cannot import, also not what Node itself has. */
function withoutImports(code) {
  const imported = /\bimport\((["'`])(.+?)\1\)/.exec(code)?.[2]
  if (imported !== undefined)
    throw new Error(`the bundle cannot import ${imported} when it runs: import it where the file begins`)
  return code
}

/** The module that `bin/ctl` has Node run. */
function starter() {
  const words = [...new Set(commands.map(({known}) => known.id.split(':')[0]))]
  return `
    import {start} from './src/start.ts'
    start(__dirname, ${JSON.stringify(words)})`
}

/** The program: src/main.ts called with every command. */
function entry() {
  // Most flags are those of many commands: each is written, and made at every start, once.
  const flags = new Map()
  const shared = flag => {
    const text = JSON.stringify(flag)
    if (!flags.has(text)) flags.set(text, `flag${flags.size}`)
    return flags.get(text)
  }
  const list = commands.map(({known, module}) => {
    const {flags: own, ...rest} = known
    const shown = Object.entries(own).map(([name, flag]) => `${JSON.stringify(name)}: ${shared(flag)}`)
    const about = `{...${JSON.stringify(rest)}, flags: {${shown.join(', ')}}}`
    return `{about: ${about}, load: () => import(${JSON.stringify(module)})}`
  })
  return `
    import {isThread} from './src/lib/cli/agent/is-thread.ts'
    import {main} from './src/main.ts'
    ${Array.from(flags, ([text, name]) => `const ${name} = ${text}`).join('\n')}
    if (isThread()) void import('./src/lib/cli/agent/thread.ts').then(({runThread}) => runThread())
    else void main({
      name: 'ctl',
      version: ${JSON.stringify(about.version)},
      description: ${JSON.stringify(about.description)},
      commands: [${list.join(',\n')}],
    }, __dirname)`
}

/** Lets oclif read the command classes, as it does for a manifest. */
async function ownCommands() {
  const pjson = {name: about.name, version: about.version, type: 'module', oclif: {commands: './src/commands'}}
  const plugin = new Plugin({
    root,
    pjson,
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  return Object.values(plugin.manifest.commands).map(known => ({known, module: join(root, ...known.relativePath)}))
}

/**
 * Leaves out what oclif would need to discover plugins on disk and to check the version of Node, and all of inquirer but the
 * one question that is asked.
 */
function leanOclif() {
  const instead = {
    lilconfig: '',
    minimatch: '',
    semver: '',
    tinyglobby: '',
    'wsl-utils': 'exports.isWsl = false',
    '@inquirer/prompts': `export {default as confirm} from '@inquirer/confirm'`,
  }
  const filter = new RegExp(`^(${Object.keys(instead).join('|')})$`)
  return {
    name: 'lean-oclif',
    setup({onLoad, onResolve}) {
      onResolve({filter}, ({path, resolveDir}) => ({path, namespace: 'instead', pluginData: resolveDir}))
      onLoad({filter: /./, namespace: 'instead'}, ({path, pluginData}) => ({contents: instead[path], resolveDir: pluginData}))
    },
  }
}

/** Loads the parts of oclif when they are first used, not all at the start: it shows in every run of a command. */
function lazyRequires() {
  const requiring = /^(?:const|var) (\w+_\d+) = ((?:__import\w+\()?require\("[^"]+"\)\)?);$/gm
  return {
    name: 'lazy-requires',
    setup({onLoad}) {
      onLoad({filter: /@oclif\/core\/lib\/.*\.js$/}, async ({path}) => {
        const source = await readFile(path, 'utf8')
        const names = Array.from(source.matchAll(requiring), ([, name]) => name)
        if (names.length === 0) return undefined
        const uses = new RegExp(`\\b(?:${names.join('|')})\\b`, 'g')
        const getters = Array.from(
          source.matchAll(requiring),
          ([, name, value]) => `get ${name}() { return ($loaded.${name} ??= ${value}) }`,
        )
        const body = source.replace(requiring, '').replace(uses, '$$lazy.$&')
        return {contents: `const $loaded = {}, $lazy = {${getters.join(', ')}}\n${body}`, loader: 'js'}
      })
    },
  }
}

/** etcd3 reads and parses rpc.proto beside itself when it is loaded; in the bundle the parsed protocol takes that place. */
function etcdProtocol() {
  const loading = /\(0, \w+\.loadSync\)\(`[^`]*rpc\.proto`/
  const loader = 'require("@grpc/proto-loader")'
  return {
    name: 'etcd-protocol',
    setup({onLoad}) {
      onLoad({filter: /etcd3\/lib\/connection-pool\.js$/}, async ({path}) => {
        const source = await readFile(path, 'utf8')
        if (!loading.test(source) || !source.includes(loader)) throw new Error('etcd3 no longer loads rpc.proto where it did')
        const protobuf = createRequire(createRequire(path).resolve('@grpc/proto-loader'))('protobufjs')
        const messages = new protobuf.Root().loadSync(join(path, '../../proto/rpc.proto'), {keepCase: true})
        const definition = {services: servicesIn(messages, protobuf), protocol: JSON.stringify(messages.toJSON())}
        const lean = `require(${JSON.stringify(join(root, 'bin/lib/lean-proto-loader.js'))})`
        const contents = source
          .replace(loader, lean)
          .replace(loading, `proto_loader_1.definePackage(${JSON.stringify(definition)}`)
        return {contents, loader: 'js'}
      })
    },
  }
}

/** Node's test for an address of IPv6 compiles a long pattern; gRPC asks it about every address. */
function cheapAddresses() {
  const asking = '(0, net_1.isIPv6)('
  return {
    name: 'cheap-addresses',
    setup({onLoad}) {
      onLoad({filter: /grpc-js\/build\/src\/(load-balancer-pick-first|resolver-dns|subchannel-address)\.js$/}, async ({path}) => {
        const source = await readFile(path, 'utf8')
        if (!source.includes(asking)) throw new Error(`${path} no longer asks for addresses of IPv6 as it did`)
        const own = `const isIPv6 = text => text.includes(':') && net_1.isIPv6(text)`
        return {contents: `${source.replaceAll(asking, 'isIPv6(')}\n${own}`, loader: 'js'}
      })
    },
  }
}

/** Every service of a protocol, as bin/lib/lean-proto-loader.js wants them. */
function servicesIn(namespace, protobuf) {
  return namespace.nestedArray.flatMap(each => {
    if (each instanceof protobuf.Service) return [{name: each.fullName.slice(1), methods: each.methodsArray.map(describeMethod)}]
    return each instanceof protobuf.Namespace && !(each instanceof protobuf.Type) ? servicesIn(each, protobuf) : []
  })
}

function describeMethod({name, requestType, responseType, requestStream, responseStream}) {
  return {name, requestType, responseType, requestStream: Boolean(requestStream), responseStream: Boolean(responseStream)}
}

/** The same program in ASCII, which V8 loads a tenth faster. esbuild leaves other letters in regular expressions only. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes a file so that a reader finds the old one or the new one, whole. */
async function replaceFile(path, contents) {
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, contents)
  await rename(unfinished, path)
}
