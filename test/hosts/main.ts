/**
 * `npm run hosts -- up 3 | ssh 2 [-- COMMAND…] | status | down`: whole machines to try things on. CONTRIBUTING.md tells of
 * them. Exit codes are those of ctl; `ssh` ends as ssh does.
 */
import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {parseArgs} from 'node:util'
import {CtlError, messageOf, NotFoundError, UnreachableError, UsageError} from '../../src/lib/base/errors.ts'
import {type BedRecord, bedNames, readBed} from './bed-record.ts'
import {environment} from './execute.ts'
import {buildImage, ensureImage} from './image.ts'
import {bedDirectory} from './places.ts'
import {raiseBed} from './raise-bed.ts'
import {removeBed} from './remove-bed.ts'
import {whyNoHosts} from './requirements.ts'
import {sshFiles} from './ssh-files.ts'
import {describeBed, statusTable} from './status.ts'

const usage = `usage: npm run hosts -- COMMAND [--name NAME]
  up [N] [--etcd 1|3] [--no-agent] [--replace]   raise N hosts (3)
  ssh N [-- COMMAND]                             log in to a host, or run a command on it
  status                                         the hosts and how they are
  down                                           remove everything
  build                                          only build the image that up needs`

const most = 20
const interrupted = new AbortController()

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const told = interrupted.signal.aborted ? interrupted.signal.reason : error
  say(messageOf(told))
  if (error instanceof CtlError && error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof CtlError ? error.exitCode : 1
}

async function main(words: readonly string[]): Promise<number> {
  const separator = words.indexOf('--')
  const own = separator < 0 ? words : words.slice(0, separator)
  const remote = separator < 0 ? [] : words.slice(separator + 1)
  const {values, positionals} = readArguments(own)
  const [command, ...rest] = positionals
  const bed = values.name
  if (!/^[a-z0-9][a-z0-9-]{0,29}$/.test(bed)) throw new UsageError(`--name ${bed}: write up to 30 small letters, digits and -`)
  if (rest.length > (command === 'up' || command === 'ssh' ? 1 : 0)) throw new UsageError(`too many arguments\n${usage}`)
  switch (command) {
    case 'up':
      return up(bed, wholeNumber(rest[0] ?? '3', most), {...values, etcd: wholeNumber(values.etcd, 3)})
    case 'ssh':
      return ssh(await standing(bed), rest[0] ?? '1', remote)
    case 'status':
      process.stdout.write(await statusTable(await standing(bed)))
      return 0
    case 'down':
      say((await removeBed(bed)) ? `the bed ${bed} is gone` : `there is no bed ${bed}`)
      return 0
    case 'build':
      return build(values.locked)
    default:
      throw new UsageError(usage)
  }
}

function readArguments(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        name: {type: 'string', default: 'hosts'},
        etcd: {type: 'string', default: '1'},
        'no-agent': {type: 'boolean', default: false},
        replace: {type: 'boolean', default: false},
        locked: {type: 'boolean', default: false},
      },
    })
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${usage}`, {cause: error})
  }
}

interface UpOptions {
  readonly etcd: number
  readonly replace: boolean
  readonly 'no-agent': boolean
}

async function up(name: string, count: number, options: UpOptions): Promise<number> {
  refuseWithout()
  listenForSignals()
  const began = performance.now()
  if (options.replace) await removeBed(name)
  const {record} = await raiseBed({
    ...{name, count, etcd: options.etcd, agent: !options['no-agent'], agentEnvironment: {}, kept: true, say},
    signal: interrupted.signal,
  })
  say(`${count === 1 ? '1 host is' : `${count} hosts are`} up after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  process.stdout.write(describeBed(record))
  return 0
}

/** Passes on what ssh ends with; ^C goes to ssh itself. */
function ssh(bed: BedRecord, host: string, command: readonly string[]): Promise<number> {
  const found = bed.hosts.find(({name}) => name === host || name === `host${host}`)
  if (found === undefined) {
    throw new NotFoundError(`the bed ${bed.name} has no host ${host}`, {
      hint: `it has ${bed.hosts.map(({name}) => name).join(', ')}`,
    })
  }
  process.on('SIGINT', () => {})
  const {config} = sshFiles(bedDirectory(bed.name))
  const words = ['-F', config, found.name, ...(command.length > 0 ? ['--', ...command] : [])]
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', words, {stdio: 'inherit', env: environment})
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** `locked`: called by `ensureImage`, which has the lock and passes on what is written to stdout. */
async function build(locked: boolean): Promise<number> {
  listenForSignals()
  const {signal} = interrupted
  if (locked) {
    const used = (await bedNames()).flatMap(name => readBed(name)?.image ?? [])
    await buildImage(used, line => process.stdout.write(`${line}\n`), signal)
  } else {
    refuseWithout()
    say(`the image is in ${await ensureImage(say, signal)}`)
  }
  return 0
}

async function standing(name: string): Promise<BedRecord> {
  const bed = readBed(name)
  if (bed !== undefined) return bed
  const others = await bedNames()
  const hint = others.length === 0 ? 'npm run hosts -- up 3 raises one' : `there are: ${others.join(', ')}`
  throw new NotFoundError(`there is no bed ${name}`, {hint})
}

function wholeNumber(text: string, limit: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > limit)
    throw new UsageError(`${text}: write a number from 1 to ${limit}`)
  return number
}

function refuseWithout(): void {
  const lack = whyNoHosts()
  if (lack !== undefined) throw new UnreachableError(`hosts cannot be raised here: ${lack}`)
}

function listenForSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)))
}

function say(line: string): void {
  process.stderr.write(`hosts: ${line}\n`)
}
