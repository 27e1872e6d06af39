import {type IncomingMessage, request} from 'node:http'
import {text} from 'node:stream/consumers'
import {CtlError, messageOf, UnreachableError} from '../base/errors.ts'
import {DialAgent} from '../drivers/docker/dial.ts'
import {listAt, numberAt, textAt} from '../drivers/docker/json.ts'
import type {RunUse} from '../drivers/driver.ts'
import type {Host} from '../hosts/host.ts'

/** Asks the agent of a machine, by the socket of its API there, what its runs take. */
export class UseClient {
  private readonly agent: DialAgent

  constructor(host: Host, socket: string) {
    this.agent = new DialAgent(() => host.openSocket(socket))
  }

  /** Throws UnreachableError that says why there is no answer. */
  async ask(signal: AbortSignal): Promise<readonly RunUse[]> {
    const patience = AbortSignal.timeout(patienceMilliseconds)
    try {
      return usesFrom(await this.get('/v1/machines/self/use', AbortSignal.any([signal, patience])))
    } catch (error) {
      signal.throwIfAborted()
      if (patience.aborted) throw new UnreachableError('its agent does not answer', {cause: error})
      if (error instanceof CtlError) throw withHint(error)
      throw new UnreachableError(`its agent cannot be asked: ${messageOf(error)}`, {cause: error})
    }
  }

  close(): void {
    this.agent.destroy()
  }

  private async get(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({agent: this.agent, path, headers: {host: 'localhost'}, signal}, resolve)
        .on('error', reject)
        .end()
    })
    const body = await text(answer)
    if (answer.statusCode === 200) return JSON.parse(body)
    if (answer.statusCode === 404) throw new UnreachableError('its agent is too old to tell')
    throw new UnreachableError(`its agent refuses (${answer.statusCode}): ${messageIn(body)}`)
  }
}

const patienceMilliseconds = 15_000

/** What is no look at a run is left out. */
function usesFrom(answer: unknown): readonly RunUse[] {
  return listAt(answer, 'runs').flatMap(each => {
    const [unit, run, driver, at] = [textAt(each, 'unit'), textAt(each, 'run'), textAt(each, 'driver'), numberAt(each, 'at')]
    if (unit === undefined || run === undefined || at === undefined) return []
    return {
      ...{unit, run, at},
      driver: driver === 'systemd' ? ('systemd' as const) : ('docker' as const),
      cpuSeconds: numberAt(each, 'cpuSeconds') ?? null,
      memoryBytes: numberAt(each, 'memoryBytes') ?? null,
    }
  })
}

function withHint(error: CtlError): CtlError {
  const hint = error.hint ?? 'the user there has to be root or in the group of the socket (--api-group), and the agent to run'
  return new UnreachableError(error.message, {hint, cause: error})
}

function messageIn(body: string): string {
  try {
    return textAt(JSON.parse(body), 'error', 'message') ?? body
  } catch {
    return body
  }
}
