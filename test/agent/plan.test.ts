import {describe, expect, test} from 'vitest'
import {planAgent} from '../../src/lib/agent/plan.ts'
import {describeStep} from '../../src/lib/agent/step.ts'
import {
  bootedAt,
  endedRun,
  logOf,
  memoryFor,
  now,
  runOf,
  type SituationParts,
  situationOf,
  unitText,
  wantedOf,
} from '../fakes/situation.ts'

/** A plan as it reads in the log, with the waits. */
function plan(parts: SituationParts): readonly string[] {
  const situation = situationOf(parts)
  return [...planAgent(situation)].flatMap(([unit, {steps, wakeAt}]) => [
    ...steps.map(describeStep),
    ...(wakeAt === undefined ? [] : [`look at ${unit} again in ${wakeAt - situation.now} ms`]),
  ])
}

type Case = readonly [name: string, parts: SituationParts, plan: readonly string[]]

const web = wantedOf()
const newer = wantedOf(unitText('', {image: 'app:2'}))
const fresh = wantedOf(unitText(), {generation: 2})
const loaded = wantedOf(unitText(), {desiredState: 'loaded'})
const commented = wantedOf(`# A comment.\n${unitText()}`)
const running = runOf(web, {id: 'r1'})
const ended = endedRun(web, 0, 30_000, {id: 'r1'})
const made = runOf(web, {id: 'r1', phase: 'created'})

describe('what a machine does for one unit', () => {
  test.each<Case>([
    ['nothing is assigned and nothing runs', {}, []],
    ['it runs as it is wanted', {wanted: [web], runs: [running]}, []],
    ['it is paused, which is running', {wanted: [web], runs: [{...running, phase: 'paused'}]}, []],
    ['only comments of its file changed', {wanted: [commented], runs: [running]}, []],
    [
      'it is assigned',
      {wanted: [web]},
      ['get app:1 for web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
    ],
    ['it is assigned to be loaded', {wanted: [loaded]}, []],
    [
      'another file is assigned: what the new run needs is got before the old one stops',
      {wanted: [newer], runs: [running]},
      [
        'get app:2 for web.service: its unit file was replaced',
        'stop web.service (r1): its unit file was replaced',
        'remove the ended run r1 of web.service: its unit file was replaced',
        'start web.service: its unit file was replaced',
      ],
    ],
    [
      'a newer generation is assigned',
      {wanted: [fresh], runs: [running]},
      [
        'get app:1 for web.service: a fresh start is wanted',
        'stop web.service (r1): a fresh start is wanted',
        'remove the ended run r1 of web.service: a fresh start is wanted',
        'start web.service: a fresh start is wanted',
      ],
    ],
    [
      'a newer generation is assigned of one that has ended',
      {wanted: [fresh], runs: [ended]},
      [
        'get app:1 for web.service: a fresh start is wanted',
        'remove the ended run r1 of web.service: a fresh start is wanted',
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
        'remove the ended run r1 of web.service: its unit file was replaced',
        'stop web.service (r2): its unit file was replaced',
        'remove the ended run r2 of web.service: its unit file was replaced',
        'start web.service: its unit file was replaced',
      ],
    ],
    [
      'two runs are as it is wanted, and the later one runs',
      {wanted: [web], runs: [ended, runOf(web, {id: 'r2'})]},
      ['remove the ended run r1 of web.service: a newer run stands in its place'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(plan(parts)).toEqual(expected)
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

describe('what follows the end of a run', () => {
  /** A minute between end and start, so that a wait shows. */
  const policy = (service: string) => wantedOf(unitText(`RestartSec=60\n${service}`))
  const again = (reason: string) => [
    `get app:1 for web.service: ${reason}`,
    `remove the ended run r1 of web.service: ${reason}`,
    `start web.service: ${reason}`,
  ]
  const wait = ['look at web.service again in 30000 ms']
  const rest: readonly string[] = []

  test.each<[service: string, exitCode: number, early: readonly string[], late: readonly string[]]>([
    ['', 0, rest, rest],
    ['', 1, rest, rest],
    ['Restart=no', 137, rest, rest],
    ['Restart=always', 0, wait, again('it exited with 0, Restart=always')],
    ['Restart=always', 1, wait, again('it exited with 1, Restart=always')],
    ['Restart=always', 139, wait, again('it exited with 139, Restart=always')],
    ['Restart=on-success', 0, wait, again('it exited with 0, Restart=on-success')],
    ['Restart=on-success', 1, rest, rest],
    ['Restart=on-failure', 0, rest, rest],
    ['Restart=on-failure', 1, wait, again('it exited with 1, Restart=on-failure')],
    ['Restart=on-failure\nSuccessExitStatus=1', 1, rest, rest],
    ['Restart=on-failure', 143, wait, again('it exited with 143, Restart=on-failure')],
    ['Restart=on-abnormal', 1, rest, rest],
    ['Restart=on-abnormal', 143, wait, again('it exited with 143, Restart=on-abnormal')],
    ['Restart=on-abort', 143, rest, rest],
    ['Restart=on-abort', 139, wait, again('it exited with 139, Restart=on-abort')],
    ['Type=oneshot', 0, rest, rest],
    ['Type=oneshot', 1, rest, rest],
    ['Type=oneshot\nRestart=on-failure', 0, rest, rest],
    ['Type=oneshot\nRestart=on-failure', 1, wait, again('it exited with 1, Restart=on-failure')],
  ])('%j, exit code %i', (service, exitCode, early, late) => {
    const wanted = policy(service)
    const run = endedRun(wanted, exitCode, 30_000, {id: 'r1'})
    const memories = {'web.service': memoryFor(wanted, logOf(run))}
    expect(plan({wanted: [wanted], runs: [run], memories})).toEqual(early)
    expect(plan({wanted: [wanted], runs: [run], memories, now: now + 29_999})).toEqual(
      early.map(line => line.replace('30000', '1')),
    )
    expect(plan({wanted: [wanted], runs: [run], memories, now: now + 30_000})).toEqual(late)
  })

  const onFailure = wantedOf(unitText('Restart=on-failure'))
  const failed = endedRun(onFailure, 3, 30_000, {id: 'r1'})
  const limited = wantedOf(unitText('Restart=always\nStartLimitBurst=3\nStartLimitIntervalSec=60'))
  const crashed = endedRun(limited, 1, 1_000, {id: 'r1'})
  const oneshot = wantedOf(unitText('Type=oneshot'))
  const once = endedRun(oneshot, 0, 30_000, {id: 'r1'})
  const movedOn = wantedOf(unitText('Type=oneshot'), {generation: 2})
  const longAgo = {startedAt: bootedAt - 10_000, finishedAt: bootedAt - 5_000}

  test.each<Case>([
    [
      'the last lines of a failure are kept before anything else',
      {wanted: [onFailure], runs: [failed], memories: {'web.service': memoryFor(onFailure)}},
      ['keep the last lines of web.service: it exited with 3'],
    ],
    [
      'the last lines of a failure are kept also when it is the end',
      {wanted: [web], runs: [endedRun(web, 3, 1, {id: 'r1'})]},
      ['keep the last lines of web.service: it exited with 3'],
    ],
    ['there is nothing to keep of a success', {wanted: [web], runs: [ended]}, []],
    [
      'as many starts as the limit allows and it gives up',
      {
        wanted: [limited],
        runs: [crashed],
        memories: {'web.service': memoryFor(limited, {starts: [now - 30_000, now - 20_000, now - 10_000], ...logOf(crashed)})},
      },
      [],
    ],
    [
      'the first of its starts is older than the limit counts',
      {
        wanted: [limited],
        runs: [crashed],
        memories: {'web.service': memoryFor(limited, {starts: [now - 70_000, now - 20_000, now - 10_000], ...logOf(crashed)})},
      },
      again('it exited with 1, Restart=always'),
    ],
    [
      'its image could not be had: tried again by its policy',
      {
        wanted: [onFailure],
        memories: {'web.service': memoryFor(onFailure, {ending: {at: now - 1_000, message: 'no such image'}})},
      },
      ['get app:1 for web.service: no such image, Restart=on-failure', 'start web.service: no such image, Restart=on-failure'],
    ],
    [
      'its image could not be had, just now',
      {wanted: [onFailure], memories: {'web.service': memoryFor(onFailure, {ending: {at: now - 40, message: 'no such image'}})}},
      ['look at web.service again in 60 ms'],
    ],
    [
      'its image could not be had and Restart=no',
      {wanted: [web], memories: {'web.service': memoryFor(web, {ending: {at: now - 1_000, message: 'no such image'}})}},
      [],
    ],
    [
      'its image could not be had, as often as the start limit allows',
      {
        wanted: [limited],
        memories: {
          'web.service': memoryFor(limited, {
            starts: [now - 3_000, now - 2_000, now - 1_000],
            ending: {at: now - 1_000, message: 'no such image'},
          }),
        },
      },
      [],
    ],
    [
      'a failed start of an older generation counts for nothing',
      {wanted: [fresh], memories: {'web.service': memoryFor(web, {ending: {at: now - 1_000, message: 'no such image'}})}},
      ['get app:1 for web.service: assigned here: least loaded', 'start web.service: assigned here: least loaded'],
    ],
    ['a oneshot that has succeeded', {wanted: [oneshot], runs: [once]}, []],
    [
      'a oneshot that has succeeded and whose container is gone',
      {wanted: [oneshot], memories: {'web.service': memoryFor(oneshot, {done: true})}},
      [],
    ],
    ['a oneshot that is under way', {wanted: [oneshot], runs: [runOf(oneshot)]}, []],
    [
      'a oneshot that has succeeded in an older generation',
      {wanted: [movedOn], runs: [once], memories: {'web.service': memoryFor(oneshot, {done: true})}},
      again('a fresh start is wanted'),
    ],
    [
      'a oneshot that is done, beside the run of an older file',
      {
        wanted: [oneshot],
        runs: [endedRun(newer, 0, 1, {id: 'r2'})],
        memories: {'web.service': memoryFor(oneshot, {done: true})},
      },
      ['remove the ended run r2 of web.service: the unit is done'],
    ],
    [
      'the machine was booted since, which ended it',
      {wanted: [web], runs: [endedRun(web, 0, 0, {id: 'r1', ...longAgo})]},
      again('the machine was booted since'),
    ],
    [
      'the machine was booted since, and the failure is kept first',
      {wanted: [web], runs: [endedRun(web, 137, 0, {id: 'r1', ...longAgo})]},
      ['keep the last lines of web.service: it exited with 137'],
    ],
    [
      'the machine was booted since it gave up',
      {
        wanted: [limited],
        runs: [{...crashed, ...longAgo}],
        memories: {'web.service': memoryFor(limited, {starts: [1, 2, 3].map(n => bootedAt - n), ...logOf(crashed)})},
      },
      again('the machine was booted since'),
    ],
    [
      'the machine was booted since a oneshot succeeded',
      {wanted: [oneshot], runs: [endedRun(oneshot, 0, 0, {id: 'r1', ...longAgo})]},
      [],
    ],
    [
      'the machine was booted since a oneshot was broken off',
      {
        wanted: [oneshot],
        runs: [endedRun(oneshot, 137, 0, {id: 'r1', ...longAgo})],
        memories: {'web.service': memoryFor(oneshot, {log: {run: 'r1', lines: []}})},
      },
      again('the machine was booted since'),
    ],
  ])('%s', (_, parts, expected) => {
    expect(plan(parts)).toEqual(expected)
  })
})

describe('a machine that is cut off from the cluster', () => {
  const more = '[X-Fleet]\nOnDisconnect=stop'
  const singleton = wantedOf(unitText('', {more}))
  const alone = runOf(singleton, {id: 'r1'})

  test.each<Case>([
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
    expect(plan(parts)).toEqual(expected)
  })
})
