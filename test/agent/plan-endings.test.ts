import {describe, expect, test} from 'vitest'
import {
  bootedAt,
  endedRun,
  logOf,
  memoryFor,
  now,
  type PlanCase,
  readPlan,
  runOf,
  unitText,
  wantedOf,
} from '../fakes/situation.ts'

const web = wantedOf()
const newer = wantedOf(unitText('', {image: 'app:2'}))
const fresh = wantedOf(unitText(), {generation: 2})
const ended = endedRun(web, 0, 30_000, {id: 'r1'})

describe('what follows the end of a run', () => {
  /** A minute between end and start, so that a wait shows. */
  const policy = (service: string) => wantedOf(unitText(`RestartSec=60\n${service}`))
  const again = (reason: string) => [
    `get app:1 for web.service: ${reason}`,
    `set the ended run r1 of web.service aside: ${reason}`,
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
    expect(readPlan({wanted: [wanted], runs: [run], memories})).toEqual(early)
    expect(readPlan({wanted: [wanted], runs: [run], memories, now: now + 29_999})).toEqual(
      early.map(line => line.replace('30000', '1')),
    )
    expect(readPlan({wanted: [wanted], runs: [run], memories, now: now + 30_000})).toEqual(late)
  })

  const onFailure = wantedOf(unitText('Restart=on-failure'))
  const failed = endedRun(onFailure, 3, 30_000, {id: 'r1'})
  const limited = wantedOf(unitText('Restart=always\nStartLimitBurst=3\nStartLimitIntervalSec=60'))
  const crashed = endedRun(limited, 1, 1_000, {id: 'r1'})
  const oneshot = wantedOf(unitText('Type=oneshot'))
  const once = endedRun(oneshot, 0, 30_000, {id: 'r1'})
  const movedOn = wantedOf(unitText('Type=oneshot'), {generation: 2})
  const longAgo = {startedAt: bootedAt - 10_000, finishedAt: bootedAt - 5_000}

  test.each<PlanCase>([
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
      'it was a oneshot that has succeeded, and is none any more',
      {
        wanted: [wantedOf(unitText('Restart=always'))],
        runs: [once],
        memories: {'web.service': memoryFor(oneshot, {done: true})},
      },
      again('it exited with 0, Restart=always'),
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
      'the machine was booted since, and its image could not be had after that',
      {
        wanted: [onFailure],
        runs: [{...failed, ...longAgo}],
        memories: {'web.service': memoryFor(onFailure, {ending: {at: now - 40, message: 'no such image'}, ...logOf(failed)})},
      },
      ['look at web.service again in 60 ms'],
    ],
    [
      'the machine was booted since its image could not be had',
      {wanted: [web], memories: {'web.service': memoryFor(web, {ending: {at: bootedAt - 1, message: 'no such image'}})}},
      ['get app:1 for web.service: the machine was booted since', 'start web.service: the machine was booted since'],
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
    expect(readPlan(parts)).toEqual(expected)
  })
})
