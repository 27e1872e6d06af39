import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {describeStep, type Executors, type Step, type StepKind, unitOf} from '../../src/lib/agent/step.ts'
import {stillWanted, Workshop} from '../../src/lib/agent/workshop.ts'
import {messageOf} from '../../src/lib/base/errors.ts'
import {runOf, unitText, wantedOf} from '../fakes/situation.ts'
import {until} from '../fakes/until.ts'

const kinds = ['load', 'prepare', 'start', 'stop', 'set-aside', 'remove', 'collect'] as const

function step(kind: StepKind, name = 'a.service', image = 'app:1'): Step {
  const {unit, identity, file, ...wanted} = wantedOf(unitText('', {image}), {name})
  const run = runOf({unit, identity, file, ...wanted}, {id: 'r'})
  const reason = 'so'
  if (kind === 'prepare') return {kind, unit, identity, reason}
  return kind === 'load' || kind === 'start' ? {kind, unit, identity, file, reason} : {kind, run, reason}
}

describe('a workshop', () => {
  let ending: AbortController
  /** What happened, in order: `begin start a.service`, `done …`, `failed …: why`, `idle a.service`. */
  let events: string[]
  /** Steps that wait for their answer: `start a.service` → end it, with a fault if one is given. */
  let underway: Map<string, (fault?: Error) => void>
  let held: ReadonlySet<StepKind>
  let workshop: Workshop
  beforeEach(() => {
    ending = new AbortController()
    events = []
    underway = new Map()
    held = new Set()
    const name = (each: Step) => `${each.kind} ${unitOf(each)}`
    const execute = async (each: Step, signal: AbortSignal): Promise<void> => {
      if (!held.has(each.kind)) return
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        underway.set(name(each), fault => (fault === undefined ? resolve() : reject(fault)))
      }).finally(() => underway.delete(name(each)))
    }
    const executors: Executors = {
      load: execute,
      prepare: execute,
      start: execute,
      stop: execute,
      'set-aside': execute,
      remove: execute,
      collect: execute,
    }
    workshop = new Workshop(
      executors,
      {
        begun: async each => void events.push(`begin ${name(each)}`),
        failed: (each, error) => events.push(`failed ${name(each)}: ${messageOf(error)}`),
        done: each => events.push(`done ${name(each)}`),
        idle: unit => events.push(`idle ${unit}`),
      },
      ending.signal,
    )
  })
  afterEach(async () => {
    ending.abort(new Error('over'))
    await workshop.settled()
  })
  const answer = (name: string, fault?: Error) => {
    const end = underway.get(name)
    if (end === undefined) throw new Error(`${name} is not under way`)
    end(fault)
  }

  test('carries out a chain in order, each step after the one before', async () => {
    workshop.begin('a.service', [step('prepare'), step('stop'), step('remove'), step('start')], 0)
    await workshop.settled()
    expect(events).toEqual([
      ...['prepare', 'stop', 'remove', 'start'].flatMap(kind => [`begin ${kind} a.service`, `done ${kind} a.service`]),
      'idle a.service',
    ])
    expect(workshop.busy).toBe(false)
  })

  test('drops the rest of a chain when a step fails', async () => {
    held = new Set(['stop'])
    workshop.begin('a.service', [step('prepare'), step('stop'), step('start')], 0)
    await until('it stops', () => underway.has('stop a.service'))
    answer('stop a.service', new Error('the engine is away'))
    await workshop.settled()
    expect(events.slice(2)).toEqual(['begin stop a.service', 'failed stop a.service: the engine is away', 'idle a.service'])
  })

  test('begins nothing for a unit that has something under way, and nothing for an empty chain', async () => {
    held = new Set(['start'])
    workshop.begin('a.service', [step('start')], 0)
    await until('it starts', () => underway.has('start a.service'))
    workshop.begin('a.service', [step('stop')], 0)
    workshop.begin('b.service', [], 0)
    expect([...workshop.busyUnits()]).toEqual(['a.service'])
    expect(workshop.doing('a.service')?.step.kind).toBe('start')
    answer('start a.service')
    await workshop.settled()
    expect(events).toEqual(['begin start a.service', 'done start a.service', 'idle a.service'])
  })

  test('starts four at once, and waits on nobody’s account with the rest', async () => {
    held = new Set(['start'])
    const names = Array.from({length: 6}, (_, n) => `a@${n}.service`)
    for (const name of names) workshop.begin(name, [step('start', name)], 0)
    workshop.begin('b.service', [step('stop', 'b.service')], 0)
    await until('four are under way', () => underway.size === 4)
    await until('the stop is done', () => events.includes('idle b.service'))
    expect([...underway.keys()]).toEqual(names.slice(0, 4).map(name => `start ${name}`))
    answer('start a@1.service')
    await until('the next is under way', () => underway.has('start a@4.service'))
    expect(underway.size).toBe(4)
    // A step that waits for its turn has not begun: it is not on the record.
    expect(events).not.toContain('begin start a@5.service')
  })

  test.each(kinds)('gives up nothing but what fetches: %s', async kind => {
    held = new Set(kinds)
    workshop.begin('a.service', [step(kind), step('remove')], 0)
    await until('it is under way', () => underway.size === 1)
    workshop.cancel('a.service')
    await until('it has heard', () => kind !== 'prepare' || !workshop.busy)
    expect(events).toEqual(kind === 'prepare' ? ['begin prepare a.service', 'idle a.service'] : [`begin ${kind} a.service`])
  })

  test('gives up what still waits for its turn', async () => {
    held = new Set(['start'])
    for (let n = 0; n < 5; n++) workshop.begin(`a@${n}.service`, [step('start', `a@${n}.service`)], 0)
    await until('four are under way', () => underway.size === 4)
    workshop.cancel('a@4.service')
    await until('it has heard', () => workshop.doing('a@4.service') === undefined)
    expect(underway.size).toBe(4)
    expect(events.slice(4)).toEqual(['idle a@4.service'])
    answer('start a@0.service')
    await until('its turn is free', () => workshop.doing('a@0.service') === undefined)
    workshop.begin('a@5.service', [step('start', 'a@5.service')], 0)
    await until('the next has it', () => underway.has('start a@5.service'))
  })

  test('gives up everything when it ends, and calls that no failure', async () => {
    held = new Set(['start'])
    const names = Array.from({length: 6}, (_, n) => `a@${n}.service`)
    for (const name of names) workshop.begin(name, [step('start', name), step('remove', name)], 0)
    await until('four are under way', () => underway.size === 4)
    ending.abort(new Error('over'))
    await workshop.settled()
    expect(events.filter(event => event.startsWith('begin'))).toHaveLength(4)
    expect(events.filter(event => event.startsWith('idle'))).toHaveLength(6)
    expect(events.filter(event => event.startsWith('failed'))).toEqual([])
  })
})

test.each<[name: string, doing: Step, planned: readonly Step[] | undefined, wanted: boolean]>([
  ['it is planned as it is done', step('prepare'), [step('prepare'), step('start')], true],
  ['it is in the midst of what is planned', step('start'), [step('prepare'), step('start')], true],
  ['nothing is planned any more', step('prepare'), undefined, false],
  ['something else is planned', step('prepare'), [step('stop')], false],
  ['another image is planned', step('prepare'), [step('prepare', 'a.service', 'app:2')], false],
])('%s', (_, doing, planned, wanted) => {
  expect(stillWanted({step: doing, chain: [doing], since: 0}, planned)).toBe(wanted)
})

test.each<[StepKind, string]>([
  ['prepare', 'get app:1 for a.service: so'],
  ['start', 'start a.service: so'],
  ['stop', 'stop a.service (r): so'],
  ['set-aside', 'set the ended run r of a.service aside: so'],
  ['remove', 'remove the ended run r of a.service: so'],
  ['collect', 'keep the last lines of a.service: so'],
])('%s reads as %j', (kind, text) => {
  expect(describeStep(step(kind))).toBe(text)
})
