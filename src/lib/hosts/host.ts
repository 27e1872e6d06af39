import type {Duplex, Readable, Writable} from 'node:stream'

/**
 * A host as one reaches into it from here: this very one, or one by ssh. Whoever shows logs, opens a shell or speaks to a
 * machine's Docker speaks to one of these and does not ask which. Everything throws UnreachableError when the host is not
 * there (any more), and the signal's reason once that aborts.
 */
export interface Host {
  /** How it is called in messages: `web-1 (10.0.0.3)`, `core@10.0.0.3`. */
  readonly name: string

  /** Starts a program: its words as they are, without a shell reading them. */
  run(words: readonly string[], options?: RunOptions): Promise<HostProcess>

  /** Starts a command line by the user's shell; without one the login shell. */
  shell(command: string | undefined, options?: RunOptions): Promise<HostProcess>

  /** A stream to a unix socket on the host. UnreachableError says why there is none: no such socket, not allowed. */
  openSocket(path: string, signal?: AbortSignal): Promise<Duplex>

  /** A stream to an address as seen from the host. */
  openTcp(host: string, port: number, signal?: AbortSignal): Promise<Duplex>

  /** Aborts with the reason when the host cannot be reached any more; never for this very host. */
  readonly lost: AbortSignal

  close(): void
}

export interface RunOptions {
  /** A terminal of this size; the two outputs are then one. */
  readonly terminal?: TerminalSize & {readonly term: string}
  /** Lets the program there use this side's ssh agent. */
  readonly forwardAgent?: boolean
  readonly signal?: AbortSignal
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

export interface HostProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** It has this process's own terminal: there is nothing to pass on, and the streams are empty. */
  readonly inherited?: boolean
  /** Resolves when the program has ended and its output has been passed on. */
  readonly ended: Promise<ProcessEnd>
  resize(size: TerminalSize): void
  /** Asks it to end. */
  kill(signal: 'TERM' | 'INT' | 'HUP' | 'KILL'): void
}

/** As a shell says it: the exit code, or 128 and the signal's number with the signal's name. */
export interface ProcessEnd {
  readonly code: number
  readonly signal?: string
}
