import {expect, test} from 'vitest'
import {RecentDecisions} from '../../src/lib/agent/recent-decisions.ts'
import type {Step} from '../../src/lib/agent/step.ts'
import {endedRun, runOf, wantedOf} from '../fakes/situation.ts'

const {unit, identity, file} = wantedOf()
const prepare = (reason: string): Step => ({kind: 'prepare', unit, identity, reason})
const start = (reason: string): Step => ({kind: 'start', unit, identity, file, reason})
const stop = (reason: string): Step => ({kind: 'stop', run: runOf(wantedOf()), reason})

test('a start is told once, with its reason; housekeeping is not told', () => {
  const decided = new RecentDecisions()
  decided.note(prepare('assigned here'), 1)
  decided.note({kind: 'remove', run: endedRun(wantedOf(), 0), reason: 'a fresh start is wanted'}, 2)
  decided.note(start('assigned here'), 3)
  decided.note(stop('stopped by the operator'), 9)
  expect(decided.of('web.service')).toEqual([
    {at: 3, step: 'start', reason: 'assigned here'},
    {at: 9, step: 'stop', reason: 'stopped by the operator'},
  ])
})

test('what came to nothing says why, and stands beside what was tried next', () => {
  const decided = new RecentDecisions()
  decided.note(prepare('assigned here'), 1)
  decided.noteFailure(prepare('assigned here'), 'no such image')
  decided.note(prepare('no such image, Restart=always'), 5)
  expect(decided.of('web.service')).toEqual([
    {at: 1, step: 'prepare', reason: 'assigned here', failed: 'no such image'},
    {at: 5, step: 'prepare', reason: 'no such image, Restart=always'},
  ])
})

test('eight are kept, none longer than can be read', () => {
  const decided = new RecentDecisions()
  for (let at = 1; at <= 20; at++) decided.note(start(`${at}${'.'.repeat(500)}`), at)
  expect(decided.of('web.service').map(({at}) => at)).toEqual([13, 14, 15, 16, 17, 18, 19, 20])
  expect(Math.max(...decided.of('web.service').map(({reason}) => reason.length))).toBe(200)
})

test('an agent goes on from what the one before told, and forgets what is no concern of its machine', () => {
  const decided = new RecentDecisions()
  decided.recall('web.service', [{at: 1, step: 'start', reason: 'assigned here'}])
  decided.note(stop('stopped by the operator'), 9)
  decided.recall('web.service', [{at: 2, step: 'start', reason: 'never'}])
  expect(decided.of('web.service').map(({at}) => at)).toEqual([1, 9])
  decided.keepOnly(() => false)
  expect(decided.of('web.service')).toEqual([])
})
