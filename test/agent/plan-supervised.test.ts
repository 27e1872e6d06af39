import {describe, expect, test} from 'vitest'
import type {Supervised} from '../../src/lib/drivers/driver.ts'
import {memoryFor, now, type PlanCase, readPlan, runOf, unitText, wantedOf} from '../fakes/situation.ts'

const shell = (...more: readonly string[]) => ['[Service]', 'ExecStart=/bin/sh -c "exec serve"', ...more].join('\n')
const web = wantedOf(shell())
const loaded = wantedOf(shell(), {desiredState: 'loaded'})
const fresh = wantedOf(shell(), {generation: 2})
const newer = wantedOf(shell('Environment=A=1'))
const calmer = wantedOf(shell('RestartSec=7s'))
const once = wantedOf(shell('Type=oneshot'))
const kept = wantedOf(shell('Type=oneshot', 'RemainAfterExit=yes'))
const single = wantedOf(shell('TimeoutStopSec=30', '[X-Fleet]', 'OnDisconnect=stop'))
const contained = wantedOf(unitText())

const well: Supervised = {load: 'loaded', active: 'active', sub: 'running', launched: true, file: web.file, restarts: 0}
const running = runOf(web, {id: 'i1', supervised: well})
const written = runOf(web, {
  id: 'i1',
  phase: 'created',
  supervised: {...well, active: 'inactive', sub: 'dead', launched: false},
})
const over = runOf(web, {id: 'i1', phase: 'exited', supervised: {...well, active: 'inactive', sub: 'dead'}})
const failed = runOf(web, {
  id: 'i1',
  phase: 'exited',
  supervised: {...well, active: 'failed', sub: 'failed', reason: 'it exited with 3'},
})

test.each<PlanCase>([
  [
    'it is assigned',
    {wanted: [web]},
    ['load web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
  ],
  ['it is assigned to be loaded', {wanted: [loaded]}, ['load web.service: assigned here: least loaded']],
  ['it runs as it is wanted', {wanted: [web], runs: [running]}, []],
  ['it is loaded as it is wanted', {wanted: [loaded], runs: [written]}, []],
  ['it is loaded, and wanted to run', {wanted: [web], runs: [written]}, ['start web.service: assigned here: least loaded']],
  [
    'it is loaded, and somebody else has started it',
    {wanted: [loaded], runs: [{...running, supervised: {...well, launched: false}}]},
    [],
  ],
  [
    'it runs, and only loaded is wanted',
    {wanted: [loaded], runs: [running]},
    ['stop web.service (i1): stopped by the operator: loaded is wanted'],
  ],
  ['it ended by itself: what follows is up to systemd', {wanted: [web], runs: [over]}, []],
  [
    'it failed: its last lines are kept',
    {wanted: [web], runs: [failed]},
    ['keep the last lines of web.service: it exited with 3'],
  ],
  [
    'it failed, and its last lines are kept already',
    {wanted: [web], runs: [failed], memories: {'web.service': memoryFor(web, {log: {run: 'i1', lines: ['x']}})}},
    [],
  ],
  [
    'it ended before, and is wanted to be loaded: it counts as launched no more',
    {wanted: [loaded], runs: [over]},
    ['stop web.service (i1): stopped by the operator: loaded is wanted'],
  ],
  [
    'a newer generation is wanted: its name can be had only once',
    {wanted: [fresh], runs: [running]},
    [
      'stop web.service (i1): a fresh start is wanted',
      'remove the ended run i1 of web.service: a fresh start is wanted',
      'load web.service: a fresh start is wanted',
      'start web.service: a fresh start is wanted',
    ],
  ],
  [
    'another file is wanted',
    {wanted: [newer], runs: [over]},
    [
      'remove the ended run i1 of web.service: its unit file was replaced',
      'load web.service: its unit file was replaced',
      'start web.service: its unit file was replaced',
    ],
  ],
  [
    'a file that runs the same is wanted: it is only written',
    {wanted: [calmer], runs: [running]},
    ['load web.service: its unit file was replaced by one that leaves its run as it is'],
  ],
  [
    'a container becomes a unit for systemd',
    {wanted: [web], runs: [runOf(contained, {id: 'c1'})]},
    [
      'stop web.service (c1): its unit file was replaced',
      'remove the ended run c1 of web.service: its unit file was replaced',
      'load web.service: its unit file was replaced',
      'start web.service: its unit file was replaced',
    ],
  ],
  [
    'a unit of systemd’s becomes a container: nothing of it is kept aside',
    {wanted: [contained], runs: [running]},
    [
      'get app:1 for web.service: its unit file was replaced',
      'stop web.service (i1): its unit file was replaced',
      'remove the ended run i1 of web.service: its unit file was replaced',
      'start web.service: its unit file was replaced',
    ],
  ],
  [
    'it is not assigned any more',
    {runs: [running]},
    [
      'stop web.service (i1): not assigned to this machine',
      'remove the ended run i1 of web.service: not assigned to this machine',
    ],
  ],
  ['it cannot be read any more', {runs: [running], frozen: ['web.service']}, []],
  ['a oneshot that succeeded is done', {wanted: [once], memories: {'web.service': memoryFor(once, {done: true})}}, []],
  [
    'a boot took what was to remain after its exit',
    {wanted: [kept], memories: {'web.service': memoryFor(kept, {done: true})}},
    ['load web.service: its run is gone', 'start web.service: its run is gone'],
  ],
  [
    'systemd refused it a moment ago',
    {wanted: [web], runs: [written], memories: {'web.service': memoryFor(web, {ending: {at: now, message: 'no'}, refusals: 1})}},
    ['look at web.service again in 250 ms'],
  ],
  [
    'systemd has refused it again and again',
    {wanted: [web], runs: [written], memories: {'web.service': memoryFor(web, {ending: {at: now, message: 'no'}, refusals: 50})}},
    ['look at web.service again in 8000 ms'],
  ],
  [
    'systemd refused it some time ago',
    {
      wanted: [web],
      runs: [written],
      memories: {'web.service': memoryFor(web, {ending: {at: now - 250, message: 'no'}, refusals: 1})},
    },
    ['start web.service: tried again'],
  ],
  [
    'a start came to nothing: what systemd said of it is kept',
    {wanted: [web], runs: [{...written, supervised: {...well, launched: false, refused: {reason: 'so', at: now}}}]},
    ['keep the last lines of web.service: so', 'look at web.service again in 8000 ms'],
  ],
  [
    'a start came to nothing',
    {
      wanted: [web],
      runs: [{...written, supervised: {...well, launched: false, refused: {reason: 'so', at: now - 3000}}}],
      memories: {'web.service': memoryFor(web, {log: {run: 'i1', lines: ['x']}})},
    },
    ['look at web.service again in 5000 ms'],
  ],
  [
    'it is a singleton, and the cluster is out of reach',
    {wanted: [single], runs: [{...running, identity: single.identity}], disconnected: true, graceLeft: 3},
    [
      'stop web.service (i1): the cluster is out of reach, OnDisconnect=stop',
      'remove the ended run i1 of web.service: the cluster is out of reach, OnDisconnect=stop',
    ],
  ],
  ['the cluster is out of reach, and it is to run on', {wanted: [web], runs: [running], disconnected: true}, []],
])('%s', (_, parts, plan) => {
  expect(readPlan(parts)).toEqual(plan)
})

describe('a unit that is bound to another', () => {
  const main = wantedOf(unitText(), {name: 'main.service'})
  const bound = (head: string) => wantedOf(`[Unit]\n${head}\n${shell()}`, {name: 'side.service'})
  const side = bound('BindsTo=main.service')
  const needs = bound('Requires=main.service')
  const mainRuns = runOf(main, {id: 'c1', startedAt: now - 60_000})
  const mainEnded = runOf(main, {id: 'c1', phase: 'exited', exitCode: 0, finishedAt: now - 1000})
  const sideWell = {...well, file: side.file}
  const sideRuns = runOf(side, {id: 'i1', supervised: sideWell})
  const sideWritten = runOf(side, {
    id: 'i1',
    phase: 'created',
    supervised: {...sideWell, active: 'inactive', sub: 'dead', launched: false},
  })
  const sideEnded = (millisecondsAgo: number) =>
    runOf(side, {
      id: 'i1',
      phase: 'exited',
      finishedAt: now - millisecondsAgo,
      supervised: {...sideWell, active: 'inactive', sub: 'dead'},
    })
  const ofSide = (parts: Parameters<typeof readPlan>[0]) => readPlan(parts).filter(line => line.includes('side.service'))

  test.each<PlanCase>([
    ['both run', {wanted: [main, side], runs: [mainRuns, sideRuns]}, []],
    ['the other is not up yet', {wanted: [main, side]}, ['load side.service: assigned here: least loaded']],
    ['the other is not up yet, and it is written', {wanted: [main, side], runs: [sideWritten]}, []],
    [
      'the other is up',
      {wanted: [main, side], runs: [mainRuns, sideWritten]},
      ['start side.service: assigned here: least loaded'],
    ],
    [
      'the other has ended',
      {wanted: [main, side], runs: [mainEnded, sideRuns]},
      ['stop side.service (i1): main.service, which it is bound to, does not run'],
    ],
    [
      'an older run of the other is to be replaced, and runs still',
      {wanted: [main, side], runs: [{...mainRuns, identity: {...main.identity, generation: 0}}, sideRuns]},
      [],
    ],
    [
      'the other was started since it ended',
      {wanted: [main, side], runs: [mainRuns, sideEnded(120_000)]},
      ['start side.service: main.service, which it is bound to, was started anew'],
    ],
    ['it ended by itself while the other ran', {wanted: [main, side], runs: [mainRuns, sideEnded(1000)]}, []],
    [
      'the other is not of this machine: systemd knows',
      {wanted: [side], runs: [sideWritten]},
      ['start side.service: assigned here: least loaded'],
    ],
    ['the other cannot be read: nothing is done to it', {wanted: [side], runs: [sideRuns], frozen: ['main.service']}, []],
    [
      'it needs the other only to start: the other has ended',
      {
        wanted: [main, needs],
        runs: [mainEnded, {...sideRuns, identity: needs.identity, supervised: {...sideWell, file: needs.file}}],
      },
      [],
    ],
    ['it needs the other to start', {wanted: [main, needs]}, ['load side.service: assigned here: least loaded']],
  ])('%s', (_, parts, plan) => {
    expect(ofSide(parts)).toEqual(plan)
  })

  test('two that are bound to each other wait for nobody', () => {
    const one = wantedOf(`[Unit]\nBindsTo=two.service\n${shell()}`, {name: 'one.service'})
    const two = wantedOf(`[Unit]\nBindsTo=one.service\n${shell()}`, {name: 'two.service'})
    expect(readPlan({wanted: [one, two]}).filter(line => line.startsWith('start'))).toHaveLength(2)
  })

  test.each<PlanCase>([
    [
      'a container stops with what it is bound to',
      {
        wanted: [main, wantedOf(unitText('', {more: '[Unit]\nBindsTo=main.service'}), {name: 'side.service'})],
        runs: [
          mainEnded,
          runOf(wantedOf(unitText('', {more: '[Unit]\nBindsTo=main.service'}), {name: 'side.service'}), {id: 'c2'}),
        ],
      },
      ['stop side.service (c2): main.service, which it is bound to, does not run'],
    ],
    [
      'a container waits for what it is bound to',
      {wanted: [main, wantedOf(unitText('', {more: '[Unit]\nBindsTo=main.service'}), {name: 'side.service'})], runs: [mainEnded]},
      [],
    ],
  ])('%s', (_, parts, plan) => {
    expect(ofSide(parts)).toEqual(plan)
  })
})
