import {vi} from 'vitest'

/** What this process wrote while `act` ran; it is shown nowhere. */
export interface Output {
  readonly out: string
  readonly err: string
  /** What `act` threw, if anything. */
  readonly thrown: unknown
}

/** Runs `act` and keeps what it writes to stdout and stderr; `onWrite` is called at every write. */
export async function outputOf(act: () => Promise<unknown>, onWrite = () => {}): Promise<Output> {
  const texts = {out: '', err: ''}
  const keep = (stream: 'out' | 'err') => (text: unknown) => {
    texts[stream] += String(text)
    onWrite()
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('err')),
  ]
  try {
    await act()
    return {...texts, thrown: undefined}
  } catch (thrown) {
    return {...texts, thrown}
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
