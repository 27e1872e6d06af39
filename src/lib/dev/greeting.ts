import type {DevMachine} from './machines.ts'

export interface Greeting {
  readonly machines: readonly DevMachine[]
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Says how to use the cluster from another terminal, and resolves when the signal aborts. */
export async function devGreeting({machines, environment, signal}: Greeting): Promise<void> {
  const names = machines.map(({name, address, metadata}) => `  ${name}  ${address}  ${metadata || '-'}\n`).join('')
  const exports = Object.entries(environment)
    .map(([key, value]) => `  export ${key}=${value}\n`)
    .join('')
  process.stdout.write(
    `${machines.length === 1 ? '1 machine is' : `${machines.length} machines are`} up:\n${names}\nIn another terminal:\n${exports}  ctl list-machines\n\n^C removes everything.\n`,
  )
  await new Promise<void>(resolve => {
    // Something to wait for: a signal's listener alone does not keep the process.
    const alive = setInterval(() => {}, 60_000)
    const end = () => {
      clearInterval(alive)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, {once: true})
  })
  process.stderr.write('removing everything\n')
}
