import {expect, test} from 'vitest'
import {reportUnit} from '../../src/lib/agent/report.ts'
import type {Wanted} from '../../src/lib/agent/situation.ts'
import type {Under} from '../../src/lib/agent/telling.ts'
import type {UnitState} from '../../src/lib/cluster/model.ts'
import type {Run, Supervised} from '../../src/lib/drivers/driver.ts'
import {logOf, memoryFor, now, runOf, type SituationParts, situationOf, unitText, wantedOf} from '../fakes/situation.ts'

const text = '[Service]\nExecStart=/bin/sh -c "exec serve"\n'
const web = wantedOf(text)
const loaded = wantedOf(text, {desiredState: 'loaded'})
const once = wantedOf(`${text}Type=oneshot\n`)
const side = wantedOf(`[Unit]\nBindsTo=main.service\n${text}`)
const main = wantedOf(unitText(), {name: 'main.service'})
const well: Supervised = {load: 'loaded', active: 'active', sub: 'running', launched: true, file: web.file, restarts: 2}
const run = (parts: Partial<Supervised> = {}, more: Partial<Run> = {}) =>
  runOf(web, {id: 'i1', supervised: {...well, ...parts}, ...more})
const dead = {active: 'inactive', sub: 'dead'} as const
const refused = {at: now, message: 'systemd did not start it: Unit x not found.'}

interface Case {
  readonly wanted?: Wanted
  readonly run?: Run
  readonly parts?: SituationParts
  readonly doing?: Under
}

test.each<readonly [name: string, given: Case, told: Partial<UnitState> | {readonly wakeAt: number} | 'nothing yet']>([
  ['it runs', {run: run()}, {load: 'loaded', active: 'active', sub: 'running', restarts: 2}],
  ['it has run for a moment only', {run: run({}, {startedAt: now - 30})}, {wakeAt: now + 70}],
  [
    'it listens, which needs no moment',
    {run: run({sub: 'listening'}, {startedAt: now - 30})},
    {active: 'active', sub: 'listening'},
  ],
  ['it is reloading', {run: run({active: 'reloading', sub: 'reload'})}, {active: 'reloading', sub: 'reload'}],
  ['it is as systemd alone names it', {run: run({active: 'refreshing', sub: 'refresh'})}, {active: 'active', sub: 'refresh'}],
  [
    'it failed, and its last lines are not kept yet',
    {run: run({active: 'failed', sub: 'failed', reason: 'it exited with 3'}, {phase: 'exited', exitCode: 3})},
    'nothing yet',
  ],
  [
    'it failed',
    {
      run: run({active: 'failed', sub: 'failed', reason: 'it exited with 3'}, {phase: 'exited', exitCode: 3}),
      parts: {memories: {'web.service': memoryFor(web, logOf(run()))}},
    },
    {active: 'failed', sub: 'failed', reason: 'it exited with 3', exitCode: 3, log: ['the last line']},
  ],
  ['it ended well', {run: run(dead, {phase: 'exited', exitCode: 0})}, {...dead, exitCode: 0}],
  ['it is loaded', {wanted: loaded, run: run({...dead, launched: false}, {phase: 'created'})}, dead],
  [
    'it is to be loaded, and another unit has started it',
    {wanted: loaded, run: run({launched: false})},
    {active: 'active', sub: 'running'},
  ],
  [
    'systemd cannot make sense of its file',
    {wanted: loaded, run: run({...dead, load: 'bad-setting', launched: false, reason: 'no ListenStream='}, {phase: 'created'})},
    {load: 'bad-setting', ...dead, reason: 'no ListenStream='},
  ],
  ['nothing of it is there yet', {}, {load: 'loaded', ...dead}],
  [
    'a oneshot has succeeded and is gone',
    {wanted: once, parts: {memories: {'web.service': memoryFor(once, {done: true})}}},
    {...dead, done: true, exitCode: 0},
  ],
  [
    'a oneshot has succeeded',
    {
      wanted: once,
      run: run(dead, {phase: 'exited', exitCode: 0}),
      parts: {memories: {'web.service': memoryFor(once, {done: true})}},
    },
    {...dead, done: true, exitCode: 0},
  ],
  [
    'systemd has refused it once: what it needs may be on its way',
    {run: run({...dead, launched: false}), parts: {memories: {'web.service': memoryFor(web, {ending: refused, refusals: 1})}}},
    {active: 'activating', sub: 'start-pre', reason: refused.message, startError: refused.message},
  ],
  [
    'systemd has refused it again and again',
    {run: run({...dead, launched: false}), parts: {memories: {'web.service': memoryFor(web, {ending: refused, refusals: 4})}}},
    {active: 'failed', sub: 'failed', reason: refused.message},
  ],
  [
    'it was refused before, and is only to be loaded now',
    {
      wanted: loaded,
      run: run({...dead, launched: false}, {phase: 'created'}),
      parts: {memories: {'web.service': memoryFor(web, {ending: refused, refusals: 4})}},
    },
    dead,
  ],
  [
    'its start came to nothing',
    {
      run: run(
        {...dead, launched: false, refused: {reason: 'a unit that it requires could not be started', at: now}},
        {phase: 'created'},
      ),
      parts: {memories: {'web.service': memoryFor(web, logOf(run()))}},
    },
    {active: 'failed', sub: 'failed', reason: 'a unit that it requires could not be started', log: ['the last line']},
  ],
  [
    'it waits for what it is bound to',
    {
      wanted: side,
      run: {...run({...dead, launched: false}, {phase: 'created'}), identity: side.identity},
      parts: {wanted: [main, side]},
    },
    {...dead, reason: 'waits for main.service'},
  ],
  ['something is being done, for a moment only', {doing: {kind: 'load', since: now - 50}}, {wakeAt: now + 150}],
])('%s', (_, {wanted = web, run: seen, parts = {}, doing}, told) => {
  const situation = situationOf({wanted: [wanted], ...parts, runs: seen === undefined ? [] : [seen]})
  const report = reportUnit(situation, wanted, seen, {machine: 'm1', doing})
  if (told === 'nothing yet') expect(report).toEqual({})
  else if ('wakeAt' in told) expect(report).toEqual(told)
  else {
    expect(report.state).toMatchObject({machine: 'm1', unit: 'web.service', file: wanted.file, ...told})
    for (const key of ['reason', 'exitCode', 'done', 'log', 'startError'] as const)
      if (!(key in told) && key !== 'startError') expect(report.state, key).not.toHaveProperty(key)
    expect(report.state).not.toHaveProperty('container')
  }
})
