import {spawn} from 'node:child_process'
import {closeSync, existsSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {until} from '../fakes/until.ts'
import {environment} from './execute.ts'
import {childrenOf, identify, isAlive, type ProcessIdentity} from './process-identity.ts'

/**
 * The first process of a bed's namespaces. Everything of the bed runs below it, mounts and links are made within: when it is
 * killed, the kernel ends and removes them all. It does nothing but wait for orphans. The bridge has an address of its own, else
 * it would take that of a host, and with the host that goes another: nobody would reach etcd for a while.
 */
const keeping = `
ip link set lo up && ip link add bed address 02:00:00:00:00:01 type bridge && ip link set bed up && : >"$1/keeper.ready" || exit 1
while :; do sleep 1000000 & wait; done`

/** It writes down who it is itself, so that it is found even if who starts it is killed meanwhile. */
const starting = `
echo "$$ $(cut -d ' ' -f 22 /proc/$$/stat)" >"$1/keeper.pid.new"
mv "$1/keeper.pid.new" "$1/keeper.pid"
exec unshare --pid --mount --net --fork --mount-proc --kill-child=KILL sh -c "$2" keeper "$1"`

export interface KeeperOptions {
  readonly directory: string
  /** Whether it is killed when this process ends, however it ends. */
  readonly tethered: boolean
}

/** Starts the keeper of a bed and resolves when its namespaces stand. Throws with what it said when it ends before. */
export async function startKeeper({directory, tethered}: KeeperOptions): Promise<ProcessIdentity> {
  const log = join(directory, 'keeper.log')
  const output = openSync(log, 'a')
  const tether = tethered ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []
  const [program = '', ...args] = [...tether, 'sh', '-c', starting, 'keeper', directory, keeping]
  const child = spawn(program, args, {stdio: ['ignore', output, output], detached: true, env: environment})
  closeSync(output)
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  child.once('error', () => {})
  child.unref()
  if (identity === undefined) throw new Error('unshare (util-linux) cannot be started')
  await until('the namespaces of the bed stand', () => {
    if (!isAlive(identity)) throw new Error(`the bed's keeper ended:\n${readFileSync(log, 'utf8')}`)
    return existsSync(join(directory, 'keeper.ready'))
  })
  return identity
}

/** The keeper of the bed in that directory, alive or not; undefined when none has been started. */
export function readKeeper(directory: string): ProcessIdentity | undefined {
  const path = join(directory, 'keeper.pid')
  if (!existsSync(path)) return undefined
  const [pid = 0, startTicks = 0] = readFileSync(path, 'utf8').trim().split(' ').map(Number)
  return {pid, startTicks}
}

/** The words that run a command within the bed's namespaces. */
export function within({pid}: ProcessIdentity, words: readonly string[]): readonly string[] {
  const at = `/proc/${pid}/ns`
  return ['nsenter', `--mount=${at}/mnt`, `--net=${at}/net`, `--pid=${at}/pid_for_children`, '--', ...words]
}

/** Kills the keeper, and with it everything of the bed; resolves when the last process is gone. */
export async function endKeeper(keeper: ProcessIdentity): Promise<void> {
  if (!isAlive(keeper)) return
  // Its parent ends after it, and it ends after all others: so there is something to wait for.
  const first = childrenOf(keeper.pid)
  for (const pid of first.length > 0 ? first : [keeper.pid]) kill(pid)
  await until("the bed's processes are gone", () => !isAlive(keeper), 20_000)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
