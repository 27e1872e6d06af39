import type {Host, HostProcess, ProcessEnd} from '../../hosts/host.ts'
import {rawTerminal} from './raw-terminal.ts'

export interface Session {
  /** Undefined for a login shell. */
  readonly command: string | undefined
  /** Whether the program gets a terminal; by default a shell does, where there is one here. */
  readonly terminal: boolean | undefined
  readonly forwardAgent: boolean | undefined
  /** Aborts at ^C, where that does not go to the program. */
  readonly signal: AbortSignal
}

/**
 * Runs a command or a shell on a host at this process's stdin, stdout and stderr, and resolves with its exit code. Whatever
 * happens, the terminal is afterwards as it was. Throws UnreachableError when the connection breaks, and the signal's reason.
 */
export async function runSession(host: Host, session: Session): Promise<number> {
  const {command, forwardAgent, signal} = session
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  const wantsTerminal = session.terminal ?? (command === undefined && isTerminal)
  const terminal = wantsTerminal ? {term: process.env.TERM || 'dumb', ...terminalSize()} : undefined
  const program = await host.shell(command, {
    ...(terminal === undefined ? {} : {terminal}),
    ...(forwardAgent === undefined ? {} : {forwardAgent}),
  })
  return runProgram(program, {terminal: wantsTerminal, signal})
}

/**
 * Joins a program that runs somewhere with this process's streams, but for its input if that is not wanted, until it ends;
 * resolves with its exit code. With `terminal` it has one there, and ours is raw meanwhile; whatever happens, it is afterwards
 * as it was. After the signal the program is asked to end, and left alone when it does not: that throws the signal's reason.
 */
export async function runProgram(
  program: HostProcess,
  {terminal, input = true, signal}: {readonly terminal: boolean; readonly input?: boolean; readonly signal: AbortSignal},
): Promise<number> {
  if (program.inherited === true) return (await program.ended).code
  const release = connectStreams(program, terminal, input)
  try {
    return (await endOf(program, signal)).code
  } finally {
    release()
  }
}

/** The size of this process's terminal, or a usual one. */
export function terminalSize() {
  return {columns: process.stdout.columns || 80, rows: process.stdout.rows || 24}
}

/** Joins the program with this process's streams; returns what undoes it. */
function connectStreams(program: HostProcess, terminal: boolean, input: boolean): () => void {
  const {stdin, stdout, stderr} = process
  const restore = terminal ? rawTerminal() : () => {}
  const resize = () => program.resize(terminalSize())
  if (terminal) stdout.on('resize', resize)
  if (input) stdin.pipe(program.stdin)
  program.stdout.pipe(stdout, {end: false})
  program.stderr.pipe(stderr, {end: false})
  return () => {
    stdout.off('resize', resize)
    stdin.unpipe(program.stdin)
    stdin.pause()
    restore()
  }
}

/** How long a program that was asked to end is waited for. */
const graceMilliseconds = 1000

/** The program's own end; after ^C it is asked to end, and left alone when it does not. */
function endOf(program: HostProcess, signal: AbortSignal): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      program.kill('INT')
      timer = setTimeout(() => reject(signal.reason), graceMilliseconds)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, {once: true})
    program.ended.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    })
  })
}
