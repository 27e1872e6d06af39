import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {openTestCluster, type TestCluster} from '../fakes/test-cluster.ts'
import {until} from '../fakes/until.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await openTestCluster('a role=web,zone=1', 'b role=web,zone=2', 'c role=db')
  await cluster.file(
    'web@.service',
    `[Unit]
Description=Web %i
[Container]
Image=IMAGE
Exec=sleep 100000
Network=host
StopSignal=KILL
[Service]
Restart=always
`,
  )
})
afterEach(() => cluster.clear())
afterAll(() => cluster?.remove())

test('the session of a person: submit, start, list, stop, start, restart, unload, destroy', async () => {
  expect((await cluster.expectCtl(0, 'submit', 'web@.service')).stdout).toBe('Unit web@.service submitted\n')
  const started = await cluster.expectCtl(0, 'start', 'web@{1..4}')
  expect(started.stdout.trim().split('\n').sort()).toEqual([
    'Unit web@1.service launched on a/127.0.0.1',
    'Unit web@2.service launched on b/127.0.0.1',
    'Unit web@3.service launched on c/127.0.0.1',
    'Unit web@4.service launched on a/127.0.0.1',
  ])
  expect((await cluster.expectCtl(0, 'list-units')).stdout).toBe(
    [
      'UNIT           MACHINE      ACTIVE  SUB',
      'web@1.service  a/127.0.0.1  active  running',
      'web@2.service  b/127.0.0.1  active  running',
      'web@3.service  c/127.0.0.1  active  running',
      'web@4.service  a/127.0.0.1  active  running',
      '',
    ].join('\n'),
  )
  expect((await cluster.expectCtl(0, 'list-machines')).stdout).toBe(
    [
      'MACHINE  IP         METADATA',
      'a        127.0.0.1  role=web,zone=1',
      'b        127.0.0.1  role=web,zone=2',
      'c        127.0.0.1  role=db',
      '',
    ].join('\n'),
  )
  expect((await cluster.containers()).map(({unit, machine, state}) => `${unit} ${machine} ${state}`)).toEqual([
    'web@1.service a running',
    'web@2.service b running',
    'web@3.service c running',
    'web@4.service a running',
  ])

  expect((await cluster.expectCtl(0, 'stop', 'web@2')).stdout).toBe('Unit web@2.service loaded on b/127.0.0.1\n')
  expect(await cluster.units()).toContain('web@2.service b inactive/dead')
  expect((await cluster.containers()).find(({unit}) => unit === 'web@2.service')?.state).toBe('exited')
  await cluster.expectCtl(0, 'start', 'web@2')
  expect(await cluster.units()).toContain('web@2.service b active/running')

  const before = await cluster.containers()
  await cluster.expectCtl(0, 'restart', 'web@3')
  const after = await cluster.containers()
  const fresh = after.filter(({id}) => !before.some(each => each.id === id))
  expect(fresh.map(({unit, machine}) => `${unit} ${machine}`)).toEqual(['web@3.service c'])

  await cluster.expectCtl(0, 'unload', 'web@4')
  expect((await cluster.units()).map(row => row.split(' ')[0])).toEqual(['web@1.service', 'web@2.service', 'web@3.service'])
  expect((await cluster.expectCtl(0, 'list-unit-files', '--fields', 'unit,dstate,state,target', '--no-legend')).stdout).toMatch(
    /^web@\.service +inactive +inactive +-\nweb@1\.service +launched +launched +a\/127\.0\.0\.1\n(.*\n){2}web@4\.service +inactive +inactive +-\n$/,
  )
  await cluster.expectCtl(0, 'destroy', 'web@*', 'web@.service')
  expect(await cluster.units()).toEqual([])
  expect(await cluster.containers()).toEqual([])
})

test('a file replaced in place restarts the container where it is; a comment or placement does not', async () => {
  const text = (comment: string, seconds: number) =>
    `# ${comment}\n[Container]\nImage=IMAGE\nExec=sleep ${seconds}\nNetwork=none\nStopSignal=KILL\n[X-Fleet]\nMachineMetadata=role=web\n`
  await cluster.file('same.service', text('first', 1000))
  await cluster.expectCtl(0, 'start', 'same')
  const [first] = await cluster.containers()

  await cluster.file('same.service', text('second', 1000))
  const differs = await cluster.expectCtl(0, 'start', 'same')
  expect(differs.stderr).toContain('same.service in the cluster differs from same.service: add --replace to override')
  await cluster.expectCtl(0, 'start', '--replace', 'same')
  expect((await cluster.expectCtl(0, 'cat', 'same')).stdout).toContain('# second')
  expect(await cluster.containers()).toEqual([first])

  await cluster.file('same.service', text('second', 2000))
  await cluster.expectCtl(0, 'start', '--replace', 'same')
  const [second] = await cluster.containers()
  expect(second?.id).not.toBe(first?.id)
  expect(second?.machine).toBe(first?.machine)
  expect(
    (await cluster.expectCtl(4, 'submit', '--replace', await cluster.file('same.service', text('third', 3000)))).stderr,
  ).toContain('cannot be replaced while launched')
})

describe('affinity and anti-affinity', () => {
  test('conflicting instances spread, one too many is refused with exit 7, and placed when room returns', async () => {
    await cluster.file(
      'solo@.service',
      '[Container]\nImage=IMAGE\nExec=sleep 1000\nNetwork=host\nStopSignal=KILL\n[X-Fleet]\nConflicts=solo@*.service\n',
    )
    await cluster.expectCtl(0, 'start', 'solo@{1..3}')
    expect((await cluster.units()).map(row => row.split(' ')[1])).toEqual(['a', 'b', 'c'])
    const refused = await cluster.expectCtl(7, 'start', 'solo@4')
    expect(refused.stderr).toContain(
      'Unit solo@4.service cannot be placed: 3 machines: 3 run conflicting solo@1.service, solo@2.service, solo@3.service',
    )
    expect(await cluster.units()).toContain('solo@4.service - inactive/unplaced')
    await cluster.expectCtl(0, 'destroy', 'solo@2')
    await cluster.expectCtl(0, 'start', 'solo@4')
    expect(await cluster.units()).toContain('solo@4.service b active/running')
  })

  test('a sidekick stands beside its unit, metadata is kept to, a global unit is everywhere', async () => {
    const unit = (fleet: string) =>
      `[Container]\nImage=IMAGE\nExec=sleep 1000\nNetwork=none\nStopSignal=KILL\n[X-Fleet]\n${fleet}\n`
    await cluster.file('db.service', unit('MachineMetadata=role=db'))
    await cluster.file('side.service', unit('MachineOf=db.service'))
    await cluster.file('all.service', unit('Global=true'))
    const {stderr} = await cluster.expectCtl(
      7,
      'start',
      await cluster.file('gpu.service', unit('MachineMetadata=gpu=yes')),
      'side',
      'db',
      'all',
    )
    expect(stderr).toContain('Unit gpu.service cannot be placed: 3 machines: 3 lack gpu=yes')
    expect(await cluster.units()).toEqual([
      'all.service a active/running',
      'all.service b active/running',
      'all.service c active/running',
      'db.service c active/running',
      'gpu.service - inactive/unplaced',
      'side.service c active/running',
    ])
  })
})

describe('what fails says so', () => {
  test('a unit that exits is exit 8 with its last lines', async () => {
    await cluster.file('broken.service', "[Container]\nImage=IMAGE\nExec=sh -c 'echo one; echo two >&2; exit 3'\nNetwork=none\n")
    const {stderr} = await cluster.expectCtl(8, 'start', 'broken')
    expect(stderr).toMatch(
      /Unit broken\.service failed on \w\/127\.0\.0\.1: it exited with 3\n( {4}one\n {4}two\n| {4}two\n {4}one\n)/,
    )
  })

  test('an image that does not exist is exit 8 with Docker’s words', async () => {
    await cluster.file('noimage.service', '[Container]\nImage=127.0.0.1:1/no/such:1\n')
    const {stderr} = await cluster.expectCtl(8, 'start', 'noimage')
    expect(stderr).toContain('127.0.0.1:1/no/such:1')
  })

  test('a wait that takes too long is exit 6, and the cluster goes on', async () => {
    await cluster.file(
      'slow.service',
      '[Container]\nImage=IMAGE\nExec=sleep 1000\nNetwork=none\nStopSignal=KILL\nHealthCmd=test -e /ready\nHealthInterval=1s\nNotify=healthy\n',
    )
    const {stderr} = await cluster.expectCtl(6, 'start', '--timeout', '2s', 'slow')
    expect(stderr).toContain('waiting for its health check')
  })

  test('a bad value in etcd is told and passed over; everything else goes on', async () => {
    await cluster.file('calm@.service', '[Container]\nImage=IMAGE\nExec=sleep 1000\nNetwork=none\nStopSignal=KILL\n')
    await cluster.expectCtl(0, 'start', 'calm@1')
    const [before] = await cluster.containers()
    const {entries} = await cluster.store.get(['units/calm@1.service'])
    await cluster.store.commit(
      [],
      [
        {kind: 'put', key: 'units/calm@1.service', value: '{"schema":1,"file'},
        {kind: 'put', key: 'units/later@1.service', value: '{"schema":99}'},
      ],
    )
    await cluster.expectCtl(0, 'start', 'calm@2')
    const later = 'warning: cannot read units/later@1.service: written by a newer Meissa'
    // Where a unit has its place a short list has no need of its record.
    expect((await cluster.expectCtl(0, 'list-units')).stderr).toContain(later)
    const {stderr} = await cluster.expectCtl(0, 'list-units', '-o', 'wide')
    expect(stderr).toContain('warning: cannot read units/calm@1.service: not JSON')
    expect(stderr).toContain(later)
    expect((await cluster.expectCtl(4, 'stop', 'calm@1')).stderr).toContain('units/calm@1.service')
    expect((await cluster.containers()).find(({id}) => id === before?.id)).toEqual(before)
    await cluster.store.commit(
      [],
      [
        {kind: 'put', key: 'units/calm@1.service', value: entries[0]?.value ?? ''},
        {kind: 'delete', key: 'units/later@1.service'},
      ],
    )
  })
})

test('restarts follow the unit’s policy, are counted, and end at the start limit', async () => {
  await cluster.file(
    'flap.service',
    '[Container]\nImage=IMAGE\nExec=sh -c "sleep 0.3; exit 1"\nNetwork=none\n[Service]\nRestart=on-failure\nRestartSec=100ms\nStartLimitBurst=3\nStartLimitIntervalSec=60\n',
  )
  await cluster.ctl('start', 'flap')
  await until('the start limit is hit', async () =>
    (await cluster.units()).some(row => row.startsWith('flap.service') && row.endsWith('failed/failed')),
  )
  const [row] = JSON.parse((await cluster.expectCtl(0, 'list-units', '-o', 'json')).stdout)
  expect(row).toMatchObject({unit: 'flap.service', restarts: 2, exitCode: 1})
  expect(row.reason).toContain('the start limit is hit')
})
