import {CtlError, exitCodes, UnreachableError} from '../base/errors.ts'
import {goField} from '../fleet/json.ts'
import {
  type FleetMachine,
  type FleetState,
  type FleetUnit,
  listField,
  readMachine,
  readState,
  readUnit,
  textField,
  WireError,
} from '../fleet/wire.ts'
import type {FleetTransport} from './transport.ts'

/** Reads from a fleet API, all pages of a list. Throws UnreachableError for what does not answer as fleet does. */
export class FleetClient {
  readonly #transport: FleetTransport
  readonly #signal: AbortSignal

  constructor(transport: FleetTransport, signal: AbortSignal) {
    this.#transport = transport
    this.#signal = signal
  }

  units(): Promise<readonly FleetUnit[]> {
    return this.#all('units', readUnit)
  }

  states(): Promise<readonly FleetState[]> {
    return this.#all('states', readState)
  }

  machines(): Promise<readonly FleetMachine[]> {
    return this.#all('machines', readMachine)
  }

  /** Undefined when there is no such unit. */
  unit(name: string): Promise<FleetUnit | undefined> {
    return this.#one(`/units/${encodeURIComponent(name)}`, readUnit)
  }

  /** The state on the first machine that has one. Undefined when there is no such unit. */
  state(name: string): Promise<FleetState | undefined> {
    return this.#one(`/state/${encodeURIComponent(name)}`, readState)
  }

  async #all<T>(name: 'units' | 'states' | 'machines', read: (value: unknown) => T): Promise<readonly T[]> {
    const path = name === 'states' ? '/state' : `/${name}`
    const found: T[] = []
    const seen = new Set<string>()
    for (let token = ''; !seen.has(token); ) {
      seen.add(token)
      const query = token === '' ? '' : `&nextPageToken=${encodeURIComponent(token)}`
      const page = await this.#get(`${path}?alt=json${query}`)
      const {items, next} = understood(path, () => ({
        items: listField(page, name).map(read),
        next: textField(page, 'nextPageToken'),
      }))
      found.push(...items)
      if (next === '') return found
      token = next
    }
    throw new UnreachableError(`fleet's API gives the pages of ${path} in a circle`)
  }

  async #one<T>(path: string, read: (value: unknown) => T): Promise<T | undefined> {
    const value = await this.#get(`${path}?alt=json`)
    return value === undefined ? undefined : understood(path, () => read(value))
  }

  /** The JSON at a path; undefined for 404. */
  async #get(path: string): Promise<unknown> {
    const {status, body} = await this.#transport({method: 'GET', path}, this.#signal)
    if (status === 404) return undefined
    if (status !== 200) throw refusedBy(path, status, body)
    return understood(path, (): unknown => JSON.parse(body))
  }
}

/** What fleet said to a request that it did not grant, and how the command ends then. */
export function refusedBy(path: string, status: number, body: string): CtlError {
  const code = status === 401 || status === 403 ? exitCodes.usage : exitCodes.unreachable
  return new CtlError(code, `fleet's API answers ${path.replace(/\?.*/, '')} with ${status}: ${messageIn(body)}`)
}

function messageIn(body: string): string {
  try {
    const message = goField(goField(JSON.parse(body), 'error'), 'message')
    return typeof message === 'string' && message !== '' ? message : 'no reason given'
  } catch {
    return body.slice(0, 200)
  }
}

function understood<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof WireError)) throw error
    throw new UnreachableError(`the answer to ${path.replace(/\?.*/, '')} is not fleet's: ${error.message}`, {cause: error})
  }
}
