import {describe, expect, test} from 'vitest'
import {planAgent} from '../../src/lib/agent/plan.ts'
import {endedRun, memoryFor, now, type PlanCase, readPlan, runOf, situationOf, unitText, wantedOf} from '../fakes/situation.ts'

const web = wantedOf()
const newer = wantedOf(unitText('', {image: 'app:2'}))
const fresh = wantedOf(unitText(), {generation: 2})
const loaded = wantedOf(unitText(), {desiredState: 'loaded'})
const commented = wantedOf(`# A comment.\n${unitText()}`)
const oneshot = wantedOf(unitText('Type=oneshot'))
const timely = wantedOf(unitText('Type=oneshot\nTimeoutStartSec=5'))
const mortal = wantedOf(unitText('', {container: 'HealthCmd=true\nHealthOnFailure=kill'}))
const phoenix = wantedOf(unitText('', {container: 'HealthCmd=true\nHealthOnFailure=restart'}))
const running = runOf(web, {id: 'r1'})
const ended = endedRun(web, 0, 30_000, {id: 'r1'})
const made = runOf(web, {id: 'r1', phase: 'created'})

describe('what a machine does for one unit', () => {
  test.each<PlanCase>([
    ['nothing is assigned and nothing runs', {}, []],
    ['it runs as it is wanted', {wanted: [web], runs: [running]}, []],
    ['it is paused, which is running', {wanted: [web], runs: [{...running, phase: 'paused'}]}, []],
    ['only comments of its file changed', {wanted: [commented], runs: [running]}, []],
    [
      'it is assigned',
      {wanted: [web]},
      ['get app:1 for web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
    ],
    ['its health is bad, and nothing is said of that', {wanted: [web], runs: [{...running, health: 'unhealthy'}]}, []],
    ['its health is not known yet', {wanted: [mortal], runs: [runOf(mortal, {health: 'starting'})]}, []],
    ['its health is good', {wanted: [mortal], runs: [runOf(mortal, {health: 'healthy'})]}, []],
    [
      'its health is bad, and it is to be killed then',
      {wanted: [mortal], runs: [runOf(mortal, {id: 'r1', health: 'unhealthy'})]},
      ['stop web.service (r1): its health check failed, HealthOnFailure=kill'],
    ],
    [
      'its health is bad, and it is to be started anew then',
      {wanted: [phoenix], runs: [runOf(phoenix, {id: 'r1', health: 'unhealthy'})]},
      [
        'get app:1 for web.service: its health check failed, HealthOnFailure=restart',
        'stop web.service (r1): its health check failed, HealthOnFailure=restart',
        'set the ended run r1 of web.service aside: its health check failed, HealthOnFailure=restart',
        'start web.service: its health check failed, HealthOnFailure=restart',
      ],
    ],
    ['it is assigned to be loaded', {wanted: [loaded]}, []],
    ['a oneshot runs, and may for as long as it takes', {wanted: [oneshot], runs: [runOf(oneshot, {startedAt: 0})]}, []],
    [
      'a oneshot runs in time',
      {wanted: [timely], runs: [runOf(timely, {startedAt: now - 2000})]},
      ['look at web.service again in 3000 ms'],
    ],
    [
      'a oneshot has run for too long',
      {wanted: [timely], runs: [runOf(timely, {id: 'r1', startedAt: now - 5000})]},
      ['stop web.service (r1): it did not end within TimeoutStartSec=5s'],
    ],
    [
      'another file is assigned: what the new run needs is got before the old one stops',
      {wanted: [newer], runs: [running]},
      [
        'get app:2 for web.service: its unit file was replaced',
        'stop web.service (r1): its unit file was replaced',
        'set the ended run r1 of web.service aside: its unit file was replaced',
        'start web.service: its unit file was replaced',
      ],
    ],
    [
      'a newer generation is assigned',
      {wanted: [fresh], runs: [running]},
      [
        'get app:1 for web.service: a fresh start is wanted',
        'stop web.service (r1): a fresh start is wanted',
        'set the ended run r1 of web.service aside: a fresh start is wanted',
        'start web.service: a fresh start is wanted',
      ],
    ],
    [
      'the run before the one that gives way now is not kept any longer',
      {wanted: [fresh], runs: [running], aside: [endedRun(web, 1, 90_000, {id: 'r0', aside: true})]},
      [
        'get app:1 for web.service: a fresh start is wanted',
        'stop web.service (r1): a fresh start is wanted',
        'remove the ended run r0 of web.service: a fresh start is wanted',
        'set the ended run r1 of web.service aside: a fresh start is wanted',
        'start web.service: a fresh start is wanted',
      ],
    ],
    [
      'a run that was set aside is no run of it, were it as it is wanted',
      {wanted: [web], aside: [endedRun(web, 0, 30_000, {id: 'r0', aside: true})]},
      ['get app:1 for web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
    ],
    ['it runs, and what was set aside stays', {wanted: [web], runs: [running], aside: [endedRun(web, 0, 0, {aside: true})]}, []],
    [
      'what was set aside goes with the unit',
      {aside: [endedRun(web, 0, 30_000, {id: 'r0', aside: true})]},
      ['remove the ended run r0 of web.service: not assigned to this machine'],
    ],
    [
      'a newer generation is assigned of one that has ended',
      {wanted: [fresh], runs: [ended]},
      [
        'get app:1 for web.service: a fresh start is wanted',
        'set the ended run r1 of web.service aside: a fresh start is wanted',
        'start web.service: a fresh start is wanted',
      ],
    ],
    [
      'loaded is wanted: its run stops and is kept',
      {wanted: [loaded], runs: [running]},
      ['stop web.service (r1): stopped by the operator: loaded is wanted'],
    ],
    ['loaded is wanted and it has ended', {wanted: [loaded], runs: [ended]}, []],
    [
      'loaded is wanted and another file runs',
      {wanted: [loaded], runs: [runOf(newer, {id: 'r2'})]},
      [
        'stop web.service (r2): replaced, and only loaded is wanted',
        'remove the ended run r2 of web.service: replaced, and only loaded is wanted',
      ],
    ],
    [
      'loaded is wanted and another file has ended',
      {wanted: [loaded], runs: [endedRun(newer, 0, 1, {id: 'r2'})]},
      ['remove the ended run r2 of web.service: replaced, and only loaded is wanted'],
    ],
    [
      'it is not assigned and runs',
      {runs: [running]},
      [
        'stop web.service (r1): not assigned to this machine',
        'remove the ended run r1 of web.service: not assigned to this machine',
      ],
    ],
    [
      'it is not assigned and has ended',
      {runs: [ended]},
      ['remove the ended run r1 of web.service: not assigned to this machine'],
    ],
    [
      'it is not assigned and was made and never started',
      {runs: [made]},
      ['remove the ended run r1 of web.service: not assigned to this machine'],
    ],
    [
      'it was made and never started',
      {wanted: [web], runs: [made]},
      [
        'get app:1 for web.service: it was made and never started',
        'remove the ended run r1 of web.service: it was made and never started',
        'start web.service: it was made and never started',
      ],
    ],
    [
      'somebody removed its container',
      {wanted: [web], memories: {'web.service': memoryFor(web)}},
      ['get app:1 for web.service: its run is gone', 'start web.service: its run is gone'],
    ],
    ['what it is cannot be read', {frozen: ['web.service'], runs: [running]}, []],
    ['what it is cannot be read, though it could before', {frozen: ['web.service'], wanted: [newer], runs: [running]}, []],
    [
      'two runs of it run, one as it is wanted',
      {wanted: [fresh], runs: [running, runOf(fresh, {id: 'r2'})]},
      [
        'stop web.service (r1): a newer run stands in its place',
        'remove the ended run r1 of web.service: a newer run stands in its place',
      ],
    ],
    [
      'two runs of it run, neither as it is wanted',
      {wanted: [newer], runs: [running, runOf(fresh, {id: 'r2'})]},
      [
        'get app:2 for web.service: its unit file was replaced',
        'stop web.service (r1): its unit file was replaced',
        'stop web.service (r2): its unit file was replaced',
        'remove the ended run r2 of web.service: its unit file was replaced',
        'set the ended run r1 of web.service aside: its unit file was replaced',
        'start web.service: its unit file was replaced',
      ],
    ],
    [
      'two runs are as it is wanted, and the later one runs',
      {wanted: [web], runs: [ended, runOf(web, {id: 'r2'})]},
      ['remove the ended run r1 of web.service: a newer run stands in its place'],
    ],
    [
      'its new image cannot be had: what ran before runs on',
      {
        wanted: [newer],
        runs: [running],
        memories: {'web.service': memoryFor(newer, {ending: {at: now - 1_000, message: 'no such image'}})},
      },
      [],
    ],
    [
      'its new image cannot be had and two older runs of it run: one runs on',
      {
        wanted: [newer],
        runs: [running, {...running, id: 'r2'}],
        memories: {'web.service': memoryFor(newer, {ending: {at: now - 1_000, message: 'no such image'}})},
      },
      [
        'stop web.service (r2): another older run is left to run',
        'remove the ended run r2 of web.service: another older run is left to run',
      ],
    ],
    [
      'it has ended and an older run of it runs',
      {wanted: [fresh], runs: [running, endedRun(fresh, 0, 1, {id: 'r2'})]},
      [
        'stop web.service (r1): a newer run stands in its place',
        'remove the ended run r1 of web.service: a newer run stands in its place',
      ],
    ],
  ])('%s', (_, parts, expected) => {
    expect(readPlan(parts)).toEqual(expected)
  })

  test('several units are planned each for itself', () => {
    const [a, b, c] = ['a.service', 'b.service', 'c.service'].map(name => wantedOf(unitText(), {name}))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three are made')
    const plans = planAgent(situationOf({wanted: [a, b], runs: [runOf(b), runOf(c)]}))
    expect([...plans].map(([unit, {steps}]) => [unit, steps.map(step => step.kind)])).toEqual([
      ['a.service', ['prepare', 'start']],
      ['c.service', ['stop', 'remove']],
    ])
  })

  test.each<[string, string, number | undefined]>([
    ['ten seconds', '', 10],
    ['what its file says', 'TimeoutStopSec=90', 90],
    ['no end', 'TimeoutStopSec=infinity', Number.POSITIVE_INFINITY],
  ])('a stop has %s of grace', (_, service, graceSeconds) => {
    const wanted = wantedOf(unitText(service), {desiredState: 'loaded'})
    const [step] = planAgent(situationOf({wanted: [wanted], runs: [runOf(wanted)]})).get('web.service')?.steps ?? []
    expect(step).toMatchObject({kind: 'stop', graceSeconds})
  })

  test('a run whose file is not known any more is stopped as it was made to be', () => {
    const [step] = planAgent(situationOf({runs: [running]})).get('web.service')?.steps ?? []
    expect(step).not.toHaveProperty('graceSeconds')
  })
})

describe('a machine that is cut off from the cluster', () => {
  const more = '[X-Fleet]\nOnDisconnect=stop'
  const singleton = wantedOf(unitText('', {more}))
  const alone = runOf(singleton, {id: 'r1'})

  test.each<PlanCase>([
    ['runs on what it runs', {disconnected: true, wanted: [web], runs: [running]}, []],
    [
      'starts again what ends',
      {disconnected: true, wanted: [wantedOf(unitText('Restart=always'))], runs: []},
      ['get app:1 for web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
    ],
    [
      'stops a singleton, and removes its run so that it is not taken for ended afterwards',
      {disconnected: true, wanted: [singleton], runs: [alone]},
      [
        'stop web.service (r1): the cluster is out of reach, OnDisconnect=stop',
        'remove the ended run r1 of web.service: the cluster is out of reach, OnDisconnect=stop',
      ],
    ],
    [
      'keeps the run of a singleton that has ended',
      {disconnected: true, wanted: [singleton], runs: [endedRun(singleton, 0)]},
      [],
    ],
    ['starts no singleton', {disconnected: true, wanted: [singleton]}, []],
    [
      'stops every run of a singleton',
      {disconnected: true, wanted: [singleton], runs: [alone, {...alone, id: 'r2'}]},
      [
        'stop web.service (r1): the cluster is out of reach, OnDisconnect=stop',
        'remove the ended run r1 of web.service: the cluster is out of reach, OnDisconnect=stop',
        'stop web.service (r2): the cluster is out of reach, OnDisconnect=stop',
        'remove the ended run r2 of web.service: the cluster is out of reach, OnDisconnect=stop',
      ],
    ],
    ['and back: the singleton runs on', {wanted: [singleton], runs: [alone]}, []],
    [
      'and back: a singleton that was stopped is started',
      {wanted: [singleton], memories: {'web.service': memoryFor(singleton)}},
      ['get app:1 for web.service: its run is gone', 'start web.service: its run is gone'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(readPlan(parts)).toEqual(expected)
  })
})
