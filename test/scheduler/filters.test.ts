import {describe, expect, test} from 'vitest'
import {decide} from '../fakes/snapshot.ts'

/** Each case: a machine, a unit and what else there is; and where the unit comes to stand. */
describe('a unit and one machine', () => {
  const here = ['x to m']
  const machineId = '0123456789abcdef0123456789abcdef'

  test.each<[what: string, machine: string, unit: string, expected: readonly string[]]>([
    ['asks for nothing', 'm', 'x', here],
    ['its id, whole', machineId, `x: MachineID=${machineId}`, [`x to ${machineId}`]],
    ['its id, the first eight', machineId, 'x: MachineID=01234567', [`x to ${machineId}`]],
    ['its id, the first nine', machineId, 'x: MachineID=012345678', ['x nowhere: 1 machine: 1 is not machine 012345678']],
    ['another id', 'm', 'x: MachineID=other', ['x nowhere: 1 machine: 1 is not machine other']],
    ['metadata it has', 'm region=us-west', 'x: MachineMetadata=region=us-west', here],
    [
      'metadata it has otherwise',
      'm region=us-west',
      'x: MachineMetadata=region=eu',
      ['x nowhere: 1 machine: 1 lacks region=eu'],
    ],
    ['metadata it lacks', 'm', 'x: MachineMetadata=region=eu', ['x nowhere: 1 machine: 1 lacks region=eu']],
    ['metadata nobody asks for', 'm region=us-west', 'x', here],
    ['one of two values', 'm region=us', 'x: MachineMetadata="region=eu" "region=us"', here],
    [
      'none of two values',
      'm region=as',
      'x: MachineMetadata="region=eu" "region=us"',
      ['x nowhere: 1 machine: 1 lacks region=eu|us'],
    ],
    ['all of two keys', 'm a=1 b=2', 'x: MachineMetadata="a=1" "b=2"', here],
    ['one of two keys', 'm a=1', 'x: MachineMetadata="a=1" "b=2"', ['x nowhere: 1 machine: 1 lacks b=2']],
    ['an empty value', 'm a=', 'x: MachineMetadata=a=', here],
    ['its driver', 'm systemd', 'x systemd', here],
    ['another driver', 'm systemd', 'x', ['x nowhere: 1 machine: 1 lacks the docker driver']],
    ['cordoned', 'm cordoned', 'x', ['x nowhere: 1 machine: 1 is cordoned']],
    ['leaving', 'm leaving', 'x', ['x nowhere: 1 machine: 1 is leaving']],
    ['unreadable', 'm unreadable', 'x', ['x nowhere: 1 machine: 1 has a record that cannot be read']],
  ])('%s', (_, machine, unit, expected) => {
    expect(decide({machines: [machine], units: [unit]})).toEqual(expected)
  })

  test('a specifier of the unit names its metadata', () => {
    const machines = ['a hostname=one', 'b hostname=two']
    const units = [
      'x@two: MachineMetadata=hostname=%i',
      'x@one: MachineMetadata=hostname=%i',
      'x@three: MachineMetadata=hostname=%i',
    ]
    expect(decide({machines, units})).toEqual(['x@one to a', 'x@three nowhere: 2 machines: 2 lack hostname=three', 'x@two to b'])
  })
})

describe('a unit and who stands there', () => {
  test.each<[what: string, unit: string, others: readonly string[], expected: string]>([
    ['its peer', 'x: MachineOf=ping.service', ['ping'], 'x to m'],
    ['no peer', 'x: MachineOf=ping.service', [], 'x nowhere: 1 machine: 1 does not run ping.service'],
    [
      'one of two peers',
      'x: MachineOf="ping.service" "pong.service"',
      ['ping'],
      'x nowhere: 1 machine: 1 does not run pong.service',
    ],
    ['both peers', 'x: MachineOf="ping.service" "pong.service"', ['ping', 'pong'], 'x to m'],
    ['itself for a peer', 'x: MachineOf=x.service', [], 'x to m'],
    ['none that it conflicts with', 'x: Conflicts=ping.service', ['pong'], 'x to m'],
    [
      'one that it conflicts with',
      'x: Conflicts=ping.service',
      ['ping'],
      'x nowhere: 1 machine: 1 runs conflicting ping.service',
    ],
    ['one that conflicts with it', 'x', ['ping: Conflicts=x.service'], 'x nowhere: 1 machine: 1 runs conflicting ping.service'],
    [
      'both conflict',
      'x: Conflicts=ping.service',
      ['ping: Conflicts=x.service'],
      'x nowhere: 1 machine: 1 runs conflicting ping.service',
    ],
    ['a conflict by glob', 'x@2: Conflicts=x@*.service', ['x@1'], 'x@2 nowhere: 1 machine: 1 runs conflicting x@1.service'],
    ['a conflict with its own name', 'x@2: Conflicts=x@*.service', [], 'x@2 to m'],
    [
      'conflicts on several lines',
      'x: Conflicts=a.*; Conflicts=ping.*',
      ['ping'],
      'x nowhere: 1 machine: 1 runs conflicting ping.service',
    ],
    ['conflicts on one line', 'x: Conflicts=a.* ping.*', ['ping'], 'x nowhere: 1 machine: 1 runs conflicting ping.service'],
    ['a class in a glob', 'x: Conflicts=p[io]ng.service', ['pong'], 'x nowhere: 1 machine: 1 runs conflicting pong.service'],
    ['one character in a glob', 'x: Conflicts=p?ng.service', ['pong'], 'x nowhere: 1 machine: 1 runs conflicting pong.service'],
    ['a glob that misses', 'x: Conflicts=p?ng.service', ['prong'], 'x to m'],
    ['a backslash in a glob', 'x: Conflicts=p\\ing.service', ['ping'], 'x nowhere: 1 machine: 1 runs conflicting ping.service'],
    ['one that replaces it', 'x', ['ping: Replaces=x.service'], 'x nowhere: 1 machine: 1 runs ping.service, which replaces it'],
    [
      'one that replaces it by glob',
      'x@1',
      ['ping: Replaces=x@*.service'],
      'x@1 nowhere: 1 machine: 1 runs ping.service, which replaces it',
    ],
    ['one that replaces others', 'x', ['ping: Replaces=y.service'], 'x to m'],
    ['one with whom it replaces each other', 'x: Replaces=ping.service', ['ping: Replaces=x.service'], 'x to m'],
  ])('%s', (_, unit, others, expected) => {
    const placed = others.map(other => `${other.split(':')[0]} on m`)
    expect(decide({machines: ['m'], units: [unit, ...others], placed})).toEqual([expected])
  })
})

describe('a unit and who is on the way out there', () => {
  test.each<[what: string, unit: string, stopping: string, expected: string]>([
    ['one it conflicts with', 'x: Conflicts=y.*', 'y on m', 'x nowhere: 1 machine: 1 has room once y.service has stopped'],
    ['one that conflicts with it', 'x', 'y on m: Conflicts=x.*', 'x nowhere: 1 machine: 1 has room once y.service has stopped'],
    ['one that has nothing against it', 'x', 'y on m: Conflicts=z.*', 'x to m'],
    ['one whose file is not known', 'x', 'y on m', 'x to m'],
    ['itself', 'x: Conflicts=*', 'x on m', 'x to m'],
    ['a conflict elsewhere', 'x: Conflicts=y.*', 'y on n', 'x to m'],
  ])('%s', (_, unit, stopping, expected) => {
    expect(decide({machines: ['m'], units: [unit], stopping: [stopping]})).toEqual([expected])
  })
})
