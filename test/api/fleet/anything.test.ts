import fc from 'fast-check'
import {expect, test} from 'vitest'
import {ClusterView} from '../../../src/lib/cluster/view.ts'
import {type FleetOption, optionsHash, printOptions} from '../../../src/lib/fleet/options.ts'
import {trimSpace} from '../../../src/lib/fleet/read-options.ts'
import {machineEntry, stateEntry} from '../../fakes/stored-cluster.ts'
import {FleetBench} from './fleet-bench.ts'

const text = fc.oneof(
  fc.constantFrom('', 'ExecStart', '/bin/sleep 1d', 'a \\\n  b', 'x \\', '[A]', '# x', 'a=b', '\u00a0', '<&>'),
  fc.string({maxLength: 8}),
  fc.string({unit: 'grapheme', maxLength: 4}),
)
const option: fc.Arbitrary<FleetOption> = fc.record({
  section: fc.oneof({weight: 5, arbitrary: fc.constantFrom('Unit', 'Service', 'X-Whatever')}, {weight: 1, arbitrary: text}),
  name: fc.oneof({weight: 5, arbitrary: fc.constantFrom('ExecStart', 'Description', 'A', 'B')}, {weight: 1, arbitrary: text}),
  value: text,
})
const plain = {section: 'Service', name: 'ExecStart', value: '/bin/sleep 1d'}

/** In the order of the file that fleet would print, with what a value says. */
function said(options: readonly FleetOption[]): readonly string[] {
  const sections = [...new Set(options.map(({section}) => section))]
  const of = (wanted: string) => options.filter(({section}) => section === wanted)
  return sections.flatMap(of).map(({section, name, value}) => `${section}\n${name}\n${trimSpace(value)}`)
}

test('whatever options are taken are given back, with the hash that fleetctl works out of them', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(fc.array(option, {maxLength: 6}), async some => {
      const bench = new FleetBench()
      try {
        const options = [plain, ...some]
        const {status} = await bench.call('PUT /fleet/v1/units/a.service', {options})
        expect([201, 400]).toContain(status)
        if (status === 400) return
        taken++
        const {json} = await bench.call('GET /fleet/v1/units/a.service')
        const shown = (json as {options: Partial<FleetOption>[]}).options.map(each => ({
          section: '',
          name: '',
          value: '',
          ...each,
        }))
        expect(said(shown)).toEqual(said(options))
        const file = ClusterView.of((await bench.store.list(['units/'])).entries).units.get('a.service')?.file ?? ''
        await bench.put(machineEntry('m1'), stateEntry('a.service', 'active/running', {file}))
        expect((await bench.call('GET /fleet/v1/state/a.service')).json).toMatchObject({hash: optionsHash(shown)})
        expect(printOptions(shown)).toBe(ClusterView.of((await bench.store.list(['files/'])).entries).files.get(file))
      } finally {
        bench.close()
      }
    }),
    {numRuns: Number(process.env.PROPERTY_RUNS ?? 300), examples: [[[{section: 'Unit', name: 'ExecStart', value: '\\ '}]]]},
  )
  expect(taken).toBeGreaterThan(30)
})

test('no JSON makes a PUT or a PATCH fail in another way than by a refusal', async () => {
  const bench = new FleetBench()
  await bench.put(machineEntry('m1'))
  const keys = fc.constantFrom('name', 'options', 'desiredState', 'section', 'value', 'op', 'path', 'Value', '__proto__', 'x')
  const {tree} = fc.letrec(tie => ({
    tree: fc.oneof(
      {depthSize: 'small'},
      fc.constantFrom('add', '/m1/metadata/a', 'launched'),
      fc.jsonValue(),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('tree'), {maxLength: 3}),
    object: fc.dictionary(keys, tie('tree'), {maxKeys: 4}),
  }))
  try {
    await fc.assert(
      fc.asyncProperty(tree, async body => {
        const put = await bench.call('PUT /fleet/v1/units/a.service', JSON.stringify(body))
        expect([201, 204, 400, 409]).toContain(put.status)
        const patch = await bench.call('PATCH /fleet/v1/machines', JSON.stringify(body))
        expect([204, 400, 404]).toContain(patch.status)
      }),
      {numRuns: 1000},
    )
  } finally {
    bench.close()
  }
})
