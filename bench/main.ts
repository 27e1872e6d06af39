/**
 * `npm run bench [-- NAME…] [-o json]`: the same work done by ctl and by the least it could take, in turns, and what ctl adds
 * to it. Makes everything it needs and removes it again.
 */
import {execFile} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {availableParallelism, loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs, promisify} from 'node:util'
import {messageOf, UsageError} from '../src/lib/base/errors.ts'
import {ctlRunner, root} from './ctl.ts'
import type {Line, Result} from './line.ts'
import {apiFleetUnits} from './lines/api-fleet-units.ts'
import {apiLoad} from './lines/api-load.ts'
import {atRest} from './lines/at-rest.ts'
import {controlPlane} from './lines/control-plane.ts'
import {fiftyStarts, oneStart} from './lines/docker-starts.ts'
import {list10k, list100k} from './lines/list.ts'
import {machinesLost} from './lines/machines-lost.ts'
import {makingWay} from './lines/making-way.ts'
import {oneMore} from './lines/one-more.ts'
import {packing} from './lines/packing.ts'
import {parse} from './lines/parse.ts'
import {growth, pass1k10k, pass10k1m, pass10k100k} from './lines/passes.ts'
import {pause} from './lines/pause.ts'
import {threeHundredUnits, threeThousandUnits} from './lines/scheduling.ts'
import {startUp} from './lines/start-up.ts'
import {renderJson, renderTable} from './report.ts'

const allLines: readonly Line[] = [
  fiftyStarts,
  oneStart,
  threeHundredUnits,
  threeThousandUnits,
  atRest,
  startUp,
  parse,
  apiLoad,
  apiFleetUnits,
  pass1k10k,
  pass10k100k,
  pass10k1m,
  growth,
  makingWay,
  packing,
  list10k,
  list100k,
  oneMore,
  machinesLost,
  pause,
  controlPlane,
]

/** Most time that one line may take. */
const lineMinutes = 10

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)))

try {
  const {lines, render} = readArguments()
  const before = load()
  const results = await measure(lines, interrupted.signal)
  const surroundings = {node: process.version, cpus: availableParallelism(), load: [before, load()] as const}
  process.stdout.write(render(results, surroundings))
} catch (error) {
  say(messageOf(interrupted.signal.aborted ? interrupted.signal.reason : error))
  process.exitCode = isUsageError(error) ? 2 : 1
}

/**
 * The lines that are named, or whose names contain what is asked for; all but the long ones when nothing is. Throws UsageError.
 */
function readArguments() {
  const {values, positionals} = parseArgs({
    allowPositionals: true,
    options: {output: {type: 'string', short: 'o', default: 'table'}},
  })
  const render = {table: renderTable, json: renderJson}[values.output]
  if (render === undefined) throw new UsageError(`-o ${values.output}: table or json`)
  const names = new Set(allLines.map(({name}) => name))
  const known = allLines.map(({name, summary, long}) => `  ${name}: ${summary}${long ? ' (only by its name)' : ''}`).join('\n')
  for (const asked of positionals)
    if (!allLines.some(line => line.name.includes(asked))) throw new UsageError(`${asked}: no such line\n${known}`)
  const isAsked = ({name, long}: Line) =>
    positionals.length === 0 ? !long : positionals.some(asked => (names.has(asked) ? name === asked : name.includes(asked)))
  return {lines: allLines.filter(isAsked), render}
}

async function measure(lines: readonly Line[], signal: AbortSignal): Promise<readonly Result[]> {
  await promisify(execFile)(process.execPath, [`${root}bin/build.js`], {signal})
  const cache = await mkdtemp(join(tmpdir(), 'meissa-bench-cache-'))
  try {
    const results: Result[] = []
    for (const line of lines) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(lineMinutes * 60_000)])
      const bench = {ctl: ctlRunner(cache, bounded), dockerHost: process.env.DOCKER_HOST || undefined, signal: bounded}
      say(`${line.name}: ${line.summary}`)
      results.push(...(await line.measure({...bench, say: text => say(`${line.name}: ${text}`)})))
    }
    return results
  } finally {
    await rm(cache, {recursive: true, force: true})
  }
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

/** Ours, or what `parseArgs` says of an option it does not know. */
function isUsageError(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error)
}

/** The load average of the last minute. */
function load(): number {
  return loadavg()[0] ?? 0
}
