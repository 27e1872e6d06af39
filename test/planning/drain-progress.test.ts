import {describe, expect, test} from 'vitest'
import {parseConfigWords, renderConfig} from '../../src/lib/cli/machines/config-words.ts'
import {encode} from '../../src/lib/cluster/codec.ts'
import {assignmentSchema, machineSettingsSchema, unitStateSchema} from '../../src/lib/cluster/model.ts'
import {watchDrain} from '../../src/lib/planning/drain-progress.ts'
import {keys} from '../../src/lib/store/keys.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import {type StoredStory, textOf, viewOf} from '../fakes/engine-story.ts'

const drain = {[keys.machineSettings('a')]: encode(machineSettingsSchema, {drain: {maxParallel: 1}})}
const file = fileHash(textOf('v1'))
const arriving = {
  [keys.assignment('b', 'x.service')]: encode(assignmentSchema, {
    ...{file, desiredState: 'launched', generation: 0, reason: 'told', from: 'a'},
  }),
}
const failing = {
  ...arriving,
  [keys.state('b', 'x.service')]: encode(unitStateSchema, {
    ...{load: 'loaded', active: 'failed', sub: 'failed', file, generation: 0, restarts: 0, since: 0, starts: []},
    reason: 'it exited with 3',
  }),
}
const one = {machines: ['a', 'b'], units: ['x'], placed: ['x on a'], states: ['x on a']}

describe('what is left on a machine that is drained', () => {
  test.each<{name: string; story: StoredStory; left: Readonly<Record<string, string>>}>([
    {name: 'nothing', story: {machines: ['a', 'b']}, left: {}},
    {name: 'one that has just been told', story: one, left: {'x.service': 'waiting: waits for its turn'}},
    {name: 'one on its way', story: {...one, raw: arriving}, left: {'x.service': 'waiting: starting on b/127.0.0.1'}},
    {
      name: 'one that fails where it went',
      story: {...one, raw: failing},
      left: {'x.service': 'failed: fails on b/127.0.0.1: it exited with 3; it goes on on a'},
    },
    {
      name: 'one that fits nowhere',
      story: {
        ...one,
        machines: ['a role=web', 'b'],
        units: ['x: MachineMetadata=role=web'],
        placed: ['x on a'],
        states: ['x on a'],
      },
      left: {'x.service': 'refused: fits nowhere else: 1 machine: 1 lacks role=web'},
    },
    {name: 'one that stops', story: {...one, placed: ['x on b']}, left: {'x.service': 'waiting: stopping on a'}},
    {name: 'a job that is done', story: {...one, states: ['x on a done']}, left: {}},
  ])('$name', ({story, left}) => {
    const told = watchDrain(['a'])(viewOf({...story, raw: {...drain, ...story.raw}}), 0)
    expect(Object.fromEntries([...told].map(([unit, {status, text}]) => [unit, `${status}: ${text}`]))).toEqual(left)
  })
})

test('what holds for the cluster is set by words', () => {
  expect(parseConfigWords(['strategy=binpack', 'rebalance=on'])).toEqual({strategy: 'binpack', rebalance: true})
  expect(parseConfigWords([])).toEqual({})
  expect(() => parseConfigWords(['strategy=best'])).toThrow('"strategy=best" is nothing to set')
  expect(renderConfig({})).toBe('strategy=spread\nrebalance=off')
})
