import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {type FileHandle, open, readFile} from 'node:fs/promises'

/** A process of ours beside this one: its output goes to a file, and it dies with us whatever happens. */
export interface Child {
  readonly name: string
  readonly pid: number
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>
  readonly alive: () => boolean
  readonly kill: (signal: NodeJS.Signals) => void
  /** The last lines of its output. */
  readonly lastLines: (count: number) => Promise<string>
}

/** Starts a process in a group of its own, so that ^C in the terminal reaches only us; throws what spawn says. */
export async function startChild(name: string, command: readonly string[], logPath: string): Promise<Child> {
  const log: FileHandle = await open(logPath, 'a')
  try {
    const [program = '', ...args] = [...tether, ...command]
    const child = spawn(program, args, {stdio: ['ignore', log.fd, log.fd], detached: true})
    const ended = new Promise<string>(resolve => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
      child.once('error', error => resolve(error.message))
    })
    return {
      name,
      pid: child.pid ?? 0,
      ended,
      alive: () => isAlive(child),
      kill: signal => void child.kill(signal),
      lastLines: count => tail(logPath, count),
    }
  } finally {
    await log.close()
  }
}

/** Kills the processes and waits until they are gone. */
export async function endChildren(children: readonly Child[]): Promise<void> {
  for (const child of children) if (child.alive()) child.kill('SIGKILL')
  await Promise.all(children.map(child => child.ended))
}

/** util-linux's setpriv has the kernel kill a process when its parent dies; elsewhere a killed parent leaves it behind. */
const tether = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : []

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

async function tail(path: string, count: number): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
