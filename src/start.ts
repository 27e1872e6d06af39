import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {Script} from 'node:vm'
import {type CodeCache, codeCacheOf, keepCode, keptCode} from './lib/start/code-cache.ts'

/**
 * Runs the program, `program.cjs` in this directory, with the code that V8 compiled when the same command ran before: compiling is
 * most of what it takes to start. (Node's own compile cache holds what was compiled before anything ran, a third of it.)
 * `commands`: the words that commands begin with.
 */
export function start(directory: string, commands: readonly string[]): void {
  const filename = join(directory, 'program.cjs')
  const source = readFileSync(filename)
  const run = load(source, filename, codeCacheOf(source, process.env), nameOf(process.argv.slice(2), commands))
  const module = {exports: {}}
  run(module.exports, createRequire(filename), module, filename, directory)
}

type Run = (exports: object, require: NodeJS.Require, module: object, filename: string, directory: string) => void

/** Under what name the code of a run is kept: that of its command. */
function nameOf(words: readonly string[], commands: readonly string[]): string {
  if (words.includes('--help') || words.includes('-h')) return anyRun
  return words.find(word => commands.includes(word)) ?? anyRun
}

/** The name for runs that are of no command, or failed. */
const anyRun = 'any'

/** The program, compiled; what was not kept of it is kept when the process ends. */
function load(source: Buffer, filename: string, cache: CodeCache | undefined, name: string): Run {
  // ASCII, and all of it one function: it stands in memory as it was read.
  const text = source.toString('latin1')
  const origin = {filename}
  if (cache === undefined) return new Script(text, origin).runInThisContext()
  for (const kept of new Set([name, anyRun])) {
    const cachedData = keptCode(cache, kept)
    if (cachedData === undefined) continue
    const script = new Script(text, {...origin, cachedData})
    if (script.cachedDataRejected) continue
    if (kept !== name) keepAtExit(script, exitCode => (exitCode === 0 ? name : undefined), cache)
    return script.runInThisContext()
  }
  const script = new Script(text, origin)
  keepAtExit(script, exitCode => (exitCode === 0 ? name : anyRun), cache)
  return script.runInThisContext()
}

function keepAtExit(script: Script, nameFor: (exitCode: number) => string | undefined, cache: CodeCache): void {
  process.once('exit', exitCode => {
    const name = nameFor(exitCode)
    if (name !== undefined && process.uptime() < mostSeconds) keepCode(cache, name, script.createCachedData())
  })
}

/** V8 drops code that has not run for long: what runs longer has little left to keep. */
const mostSeconds = 20
