import type {Host} from '../../hosts/host.ts'

/** One connection to a host for several who go through it: opened by the first, closed by the last, opened anew when it was lost. */
export class SharedHost {
  private readonly open: (signal: AbortSignal) => Promise<Host>
  private opening: Promise<Host> | undefined
  private users = 0

  constructor(open: (signal: AbortSignal) => Promise<Host>) {
    this.open = open
  }

  /** Calls `use` with the host, and counts what comes of it as a user until that is closed. Throws what opening or using throws. */
  async through(use: (host: Host) => Promise<Host>, signal: AbortSignal): Promise<Host> {
    this.users++
    try {
      const host = await use(await this.join(signal))
      return {...withMethods(host), close: () => this.closeOne(host)}
    } catch (error) {
      this.leave()
      throw error
    }
  }

  private async join(signal: AbortSignal): Promise<Host> {
    const opening = this.opening ?? this.open(signal)
    this.opening = opening
    const forget = () => {
      if (this.opening === opening) this.opening = undefined
    }
    const host = await opening.catch(error => {
      forget()
      throw error
    })
    host.lost.addEventListener('abort', forget, {once: true})
    return host
  }

  private closeOne(host: Host): void {
    host.close()
    this.leave()
  }

  private leave(): void {
    this.users--
    if (this.users > 0) return
    void this.opening?.then(
      host => host.close(),
      () => {},
    )
    this.opening = undefined
  }
}

/** The same host as a plain object: what it can do is asked of itself. */
function withMethods(host: Host): Omit<Host, 'close'> {
  const {name, lost} = host
  return {
    name,
    lost,
    run: (words, options) => host.run(words, options),
    shell: (command, options) => host.shell(command, options),
    openSocket: (path, signal) => host.openSocket(path, signal),
    openTcp: (address, port, signal) => host.openTcp(address, port, signal),
  }
}
