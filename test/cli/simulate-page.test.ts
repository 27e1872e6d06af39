import {join} from 'node:path'
import {Chalk} from 'chalk'
import {describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {renderSimulation, simulationJson} from '../../src/lib/cli/simulate/page.ts'
import {isShort} from '../../src/lib/cli/simulate/run.ts'
import {readSnapshot, saveSnapshot} from '../../src/lib/cli/simulate/snapshot.ts'
import {machines, play, units} from '../simulate/stories.ts'
import {withDirectory} from './temporary-directory.ts'

const plain = {steps: false, chalk: new Chalk({level: 0})}

const full = play({
  machines: [machines(6)],
  units: [
    units('web', 6, 'Requests=cpu=2 memory=1G', 'Conflicts=web@*.service'),
    units('job', undefined, 'Requests=cpu=4 memory=4G'),
  ],
  events: [{atSeconds: 900, kind: 'lose', which: {kind: 'metadata', key: 'zone', value: '2'}, forget: false}],
})

describe('the page', () => {
  test('shows what happened, how the machines are filled and who has no place', () => {
    expect(renderSimulation(full, plain)).toMatchInlineSnapshot(`
      "EVENT        AT     PLACED  MOVED  OFF  MISSING  RESTS IN  PLANNING
      begin        0           6      0    0        1        5s      0 ms
      lose zone=2  15min       0      0    2        3         0      0 ms

      4 machines, 4 of 7 units placed

      RESOURCE  ALLOCATED  CAPACITY  SHARE                MIN  MEDIAN   MAX  MACHINES
      cpu              10        16    63%  ████████░░░░  50%     50%  100%  ·····█···▃
      memory           7G       32G    22%  ███░░░░░░░░░  13%     13%   50%  ·█···▃····
      units             4                                   1       1     1

      ZONE  MACHINES  UNITS  CPU              MEMORY
      1            2      2  75%  ████████░░     31%  ███░░░░░░░
      3            2      2  50%  █████░░░░░     13%  █░░░░░░░░░

      3 units have no place:
           3  web@1.service, web@4.service, web@6.service
              4 machines: 3 run conflicting web@2.service, web@3.service,
              web@5.service, 1 has 0 cpu free of the 2 it needs
      "
    `)
  })

  test('fits 80 columns, with steps too', () => {
    const large = play({
      machines: [machines(1200, {capacity: {cpus: 128, memoryBytes: 2 * 1024 ** 4, diskBytes: 0, devices: {}}})],
      units: [units('a-unit-with-quite-a-long-name-for-a-unit', 1300, 'Requests=cpu=90 memory=1000G')],
      events: [{atSeconds: 86_000, kind: 'lose', which: {kind: 'count', count: 100}, forget: false}],
    })
    for (const steps of [false, true])
      for (const line of renderSimulation(large, {...plain, steps}).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('says when the engine holds', () => {
    const held = play({
      machines: [machines(6)],
      units: [units('web', 6)],
      events: [{atSeconds: 60, kind: 'lose', which: {kind: 'count', count: 3}, forget: false}],
    })
    expect(renderSimulation(held, plain)).toContain('The engine holds: 3 of 6 machines were lost at once')
    expect(isShort(held)).toBe(true)
  })

  test('shows an empty cluster', () => {
    expect(renderSimulation(play({}), plain)).toContain('0 machines, 0 of 0 units placed')
  })

  test('is whole as JSON', () => {
    expect(JSON.parse(simulationJson(full))).toEqual({...JSON.parse(JSON.stringify(full)), hold: null})
  })
})

describe('a snapshot', () => {
  const entries = [{key: 'units/a.service', value: '{}', createRevision: 3, modRevision: 4}]

  test('is read as it was saved', async () => {
    await withDirectory({}, async directory => {
      const path = join(directory, 'cluster.snapshot')
      await saveSnapshot(path, {revision: 7, entries})
      expect(await readSnapshot(path)).toEqual({revision: 7, entries})
    })
  })

  test.each([
    {name: 'a missing file', text: undefined},
    {name: 'no JSON', text: 'units'},
    {name: 'other JSON', text: '[]'},
    {name: 'null', text: 'null'},
    {name: 'a broken entry', text: '{"meissa-snapshot":1,"revision":1,"entries":[{"key":1}]}'},
    {name: 'a newer one', text: '{"meissa-snapshot":2,"revision":1,"entries":[]}'},
  ])('is refused where there is $name', async ({text}) => {
    await withDirectory(text === undefined ? {} : {'cluster.snapshot': text}, async directory => {
      await expect(readSnapshot(join(directory, 'cluster.snapshot'))).rejects.toThrow(UsageError)
    })
  })
})
