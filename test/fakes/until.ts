import {setTimeout} from 'node:timers/promises'

type Condition = () => boolean | undefined | Promise<boolean | undefined>

/** Asks again until the condition holds; throws, with what was awaited, when it does not within the time. */
export async function until(what: string, condition: Condition, milliseconds = 15_000): Promise<void> {
  for (const deadline = performance.now() + milliseconds; performance.now() < deadline; await setTimeout(20)) {
    if (await condition()) return
  }
  throw new Error(`not within ${milliseconds} ms: ${what}`)
}
