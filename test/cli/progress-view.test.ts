import {stripVTControlCharacters} from 'node:util'
import {Chalk} from 'chalk'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import type {TextStream} from '../../src/lib/cli/terminal.ts'
import {describeWaiting, ProgressView} from '../../src/lib/cli/units/progress-view.ts'
import type {Progress} from '../../src/lib/cluster/progress.ts'

const waitingFor = (text: string): Progress => ({status: 'waiting', text})
const launched: Progress = {status: 'done', text: 'launched on one/10.0.0.1'}
const failed: Progress = {status: 'failed', text: 'failed on one/10.0.0.1'}
const progressOf = (units: Readonly<Record<string, Progress>>) => new Map(Object.entries(units))

/** A stream that keeps what is written to it. */
class Pipe implements TextStream {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

const introducer = '\u001b'
const upAndErase = new RegExp(`^${introducer}\\[(\\d+)F${introducer}\\[J`)

/** A terminal that understands what the view writes: lines, and to go up and erase what is below. */
class Screen implements TextStream {
  readonly isTTY = true
  readonly columns: number
  readonly rows: number
  readonly lines: string[] = []

  constructor(columns = 80, rows = 24) {
    this.columns = columns
    this.rows = rows
  }

  write(text: string): void {
    const up = upAndErase.exec(text)
    if (up !== null) {
      const count = Number(up[1])
      if (count > this.lines.length) throw new Error(`erases ${count} of ${this.lines.length} lines`)
      this.lines.length -= count
    }
    const shown = stripVTControlCharacters(up === null ? text : text.slice(up[0].length))
    if (shown === '') return
    if (!shown.endsWith('\n')) throw new Error(`a line is not ended: ${JSON.stringify(shown)}`)
    for (const line of shown.slice(0, -1).split('\n')) {
      if (line.length >= this.columns) throw new Error(`wider than the terminal: ${line}`)
      this.lines.push(line)
    }
  }
}

const chalk = new Chalk({level: 1})
let view: ProgressView | undefined
const viewOn = (out: TextStream, err: TextStream) => {
  view = new ProgressView({out, err, chalk})
  return view
}

beforeEach(() => {
  vi.useFakeTimers({now: 1_000_000})
})
afterEach(() => {
  view?.close()
  vi.useRealTimers()
})

describe('without a terminal', () => {
  test('a result is printed once, as soon as it is there', () => {
    const [out, err] = [new Pipe(), new Pipe()]
    viewOn(out, err)
    view?.update(progressOf({'a.service': waitingFor('waiting for a place'), 'b.service': launched}))
    view?.update(progressOf({'a.service': waitingFor('waiting for a place'), 'b.service': launched}))
    expect(out.text).toBe('Unit b.service launched on one/10.0.0.1\n')
    view?.update(progressOf({'a.service': launched, 'b.service': launched}))
    expect(out.text).toBe('Unit b.service launched on one/10.0.0.1\nUnit a.service launched on one/10.0.0.1\n')
    expect(err.text).toBe('')
  })

  test('what failed is left to who sums up', () => {
    const [out, err] = [new Pipe(), new Pipe()]
    viewOn(out, err).update(progressOf({'a.service': failed, 'b.service': {status: 'refused', text: 'no place'}}))
    vi.advanceTimersByTime(60_000)
    expect(out.text + err.text).toBe('')
  })

  test('what is waited for is said every five seconds, in one line', () => {
    const [out, err] = [new Pipe(), new Pipe()]
    viewOn(out, err).update(progressOf({'a.service': waitingFor('waiting for a place'), 'b.service': launched}))
    vi.advanceTimersByTime(4_900)
    expect(err.text).toBe('')
    vi.advanceTimersByTime(200)
    expect(err.text).toBe('waiting for 1 of 2: a.service waiting for a place\n')
    vi.advanceTimersByTime(10_000)
    expect(err.text.split('\n')).toHaveLength(4)
  })

  test('nothing is said once it is closed', () => {
    const [out, err] = [new Pipe(), new Pipe()]
    viewOn(out, err).update(progressOf({'a.service': waitingFor('waiting for a place')}))
    view?.close()
    vi.advanceTimersByTime(60_000)
    expect(err.text).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('on a terminal', () => {
  test('what is waited for stands below the results, and is redrawn in place', () => {
    const screen = new Screen()
    viewOn(screen, screen).update(progressOf({'a.service': waitingFor('waiting for a place'), 'b.service': waitingFor('so')}))
    vi.advanceTimersByTime(100)
    const footer = (done: number, seconds: number) => `${done} of 2 done, ${seconds}s (^C stops waiting, not the work)`
    expect(screen.lines).toEqual([' a.service waiting for a place', ' b.service so', footer(0, 0)])
    vi.advanceTimersByTime(3_000)
    expect(screen.lines.at(-1)).toBe(footer(0, 3))
    view?.update(progressOf({'a.service': waitingFor('activating/start'), 'b.service': launched}))
    expect(screen.lines).toEqual(['Unit b.service launched on one/10.0.0.1', ' a.service activating/start', footer(1, 3)])
  })

  test('only results remain at the end', () => {
    const screen = new Screen()
    viewOn(screen, screen).update(progressOf({'a.service': launched, 'b.service': waitingFor('waiting for a place')}))
    vi.advanceTimersByTime(1_000)
    view?.close()
    view?.close()
    vi.advanceTimersByTime(1_000)
    expect(screen.lines).toEqual(['Unit a.service launched on one/10.0.0.1'])
  })

  test('what takes a moment draws nothing', () => {
    const screen = new Screen()
    viewOn(screen, screen).update(progressOf({'a.service': waitingFor('waiting for a place')}))
    view?.update(progressOf({'a.service': launched}))
    expect(screen.lines).toEqual(['Unit a.service launched on one/10.0.0.1'])
  })

  test('one that failed leaves the picture', () => {
    const screen = new Screen()
    viewOn(screen, screen).update(progressOf({'a.service': waitingFor('activating/start'), 'b.service': waitingFor('so')}))
    vi.advanceTimersByTime(100)
    view?.update(progressOf({'a.service': failed, 'b.service': waitingFor('so')}))
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual([' b.service so', '1 of 2 done, 0s (^C stops waiting, not the work)'])
  })

  test('results that go elsewhere do not stand in the picture', () => {
    const [out, screen] = [new Pipe(), new Screen()]
    viewOn(out, screen).update(progressOf({'a.service': launched, 'b.service': waitingFor('so')}))
    expect(out.text).toBe('Unit a.service launched on one/10.0.0.1\n')
    expect(screen.lines[0]).toBe(' b.service so')
  })

  const many = progressOf(
    Object.fromEntries(Array.from({length: 40}, (_, at) => [`web@${at}.service`, waitingFor('waiting for a place')])),
  )

  test.each<[columns: number, rows: number, lines: number]>([
    [80, 24, 11],
    [80, 8, 7],
    [20, 24, 11],
    [10, 24, 11],
    [2, 24, 11],
  ])('of %i columns and %i rows the picture has %i lines, none of which wraps', (columns, rows, lines) => {
    const screen = new Screen(columns, rows)
    viewOn(screen, screen).update(many)
    vi.advanceTimersByTime(100)
    expect(screen.lines).toHaveLength(lines)
    expect(screen.lines[0]).toBe(' web@0.service waiting for a place'.slice(0, columns - 1))
    view?.close()
    expect(screen.lines).toEqual([])
  })

  test('that does not tell its size 80 columns are taken', () => {
    const screen = new Pipe()
    viewOn(screen, Object.assign(screen, {isTTY: true, columns: 0, rows: 0})).update(many)
    vi.advanceTimersByTime(100)
    expect(stripVTControlCharacters(screen.text)).toContain(' web@9.service waiting for a place\n0 of 40 done')
  })
})

describe('what is waited for', () => {
  const waitingOf = (units: Readonly<Record<string, string>>) => new Map(Object.entries(units))
  const same = (count: number, text: string, from = 1) =>
    Object.fromEntries(Array.from({length: count}, (_, at) => [`web@${from + at}.service`, text]))

  test.each<[name: string, waiting: Readonly<Record<string, string>>, all: number, said: string]>([
    ['one', {'a.service': 'so'}, 1, 'waiting for 1 of 1: a.service so'],
    ['the same for up to three by name', same(3, 'so'), 5, 'waiting for 3 of 5: web@1.service web@2.service web@3.service so'],
    ['the same for more as a number', same(4, 'so'), 4, 'waiting for 4 of 4: 4 units so'],
    ['the commonest first', {'a.service': 'x', ...same(4, 'y')}, 9, 'waiting for 5 of 9: 4 units y; a.service x'],
    [
      'no more than three kinds',
      {'a.service': 'w', 'b.service': 'x', 'c.service': 'y', 'd.service': 'z'},
      4,
      'waiting for 4 of 4: a.service w; b.service x; c.service y; …',
    ],
    [
      'just three kinds',
      {'a.service': 'w', 'b.service': 'x', 'c.service': 'y'},
      4,
      'waiting for 3 of 4: a.service w; b.service x; c.service y',
    ],
  ])('is said: %s', (_, waiting, all, said) => {
    expect(describeWaiting(waitingOf(waiting), all)).toBe(said)
  })
})
