import * as fc from 'fast-check'
import type {SnapshotMachine} from '../../src/lib/scheduler/snapshot.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {unitWith} from './snapshot.ts'

const machine = (id: string): fc.Arbitrary<SnapshotMachine> =>
  fc
    .record({
      cpus: fc.integer({min: 1, max: 4}),
      memory: fc.integer({min: 1, max: 4}),
      gpu: fc.integer({min: 0, max: 1}),
      zone: fc.option(fc.constantFrom('1', '2'), {freq: 5}),
    })
    .map(({cpus, memory, gpu, zone}) => ({
      ...{id, label: id, drivers: ['docker'], cordoned: false, leaving: false},
      metadata: zone === null ? {} : {zone},
      capacity: {cpus, memoryBytes: memory * 1024, diskBytes: 0, devices: {gpu}},
    }))

/** Up to three machines with little room. */
export const fewMachines: fc.Arbitrary<readonly SnapshotMachine[]> = fc
  .tuple(machine('m1'), machine('m2'), machine('m3'))
  .chain(all => fc.subarray([...all], {minLength: 1}))

/** The lines of a template, few of each kind so that everything gets in everything's way. */
const lines = fc
  .record({
    cpu: fc.constantFrom('', 'Requests=cpu=1', 'Requests=cpu=2', 'Requests=cpu=0.5'),
    memory: fc.constantFrom('', 'Requests=memory=1K', 'Requests=memory=2K'),
    gpu: fc.constantFrom('', '', '', 'Requests=gpu=1'),
    port: fc.constantFrom('', '', 'Ports=80', 'Ports=127.0.0.1:80', 'Ports=81'),
    most: fc.constantFrom('', '', 'MaxPerMachine=1', 'MaxPer=zone:1'),
    spread: fc.constantFrom('', 'Spread=zone', 'Spread=zone:1=80'),
    wish: fc.constantFrom('', 'Near=b@*.service', 'Away=a@*.service', 'Prefer=zone=1'),
    strategy: fc.constantFrom('', 'Strategy=binpack'),
    priority: fc.constantFrom('', 'Priority=10', 'Priority=55', 'Priority=90'),
    keep: fc.constantFrom('', 'KeepAtLeast=1', 'KeepAtLeast=2'),
    conflicts: fc.constantFrom('', '', 'Conflicts=a@*.service'),
  })
  .map(parts => Object.values(parts).filter(line => line !== ''))

/** Up to three of each of up to four families, `a@1` to `d@3`. */
export const greedyUnits: fc.Arbitrary<readonly Unit[]> = fc
  .array(fc.record({lines, count: fc.integer({min: 1, max: 3})}), {minLength: 1, maxLength: 4})
  .map(families =>
    families.flatMap(({lines: said, count}, index) =>
      Array.from({length: count}, (_, at) => unitWith(`${'abcd'[index]}@${at + 1}`, said)),
    ),
  )
