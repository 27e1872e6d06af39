import {describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {parseScenario} from '../../src/lib/cli/simulate/file.ts'
import {scenarioOf} from '../../src/lib/cli/simulate/flags.ts'
import {parseClass, parseSelection, parseTurns} from '../../src/lib/cli/simulate/words.ts'

const flags = {capacity: 'cpu=8,memory=32G', metadata: 'zone=1|2', forget: false}

describe('a scenario file', () => {
  test('says machines, units and events', () => {
    const text = `
machines:
  - name: web
    count: 3
    capacity: {cpu: 16, memory: 64G, gpu: 2}
    metadata: {zone: [a, b], role: web}
units:
  - name: app
    count: 2
    x-fleet: |
      Requests=cpu=1
  - name: proxy
    unit: |
      [Container]
      Image=proxy
events:
  - {at: 5min, lose: zone=a, forget: true}
  - {at: 10min, add: 3}
  - {at: 11min, add: {name: new, count: 2}}
  - {at: 12min, drain: 'machine=web-1,web-2'}
  - {at: 13min, start: {name: late, count: 1}}
  - {at: 14min, stop: app@*}
start-time: 30s
`
    expect(parseScenario('cluster.yaml', text)).toEqual({
      machines: [
        {
          name: 'web',
          count: 3,
          capacity: {cpus: 16, memoryBytes: 64 * 1024 ** 3, diskBytes: 0, devices: {gpu: 2}},
          metadata: {zone: ['a', 'b'], role: ['web']},
          drivers: ['docker', 'systemd'],
        },
      ],
      units: [
        {name: 'app', count: 2, text: '[Container]\nImage=simulated\n\n[X-Fleet]\nRequests=cpu=1\n\n'},
        {name: 'proxy', count: undefined, text: '[Container]\nImage=proxy\n'},
      ],
      events: [
        {atSeconds: 300, kind: 'lose', which: {kind: 'metadata', key: 'zone', value: 'a'}, forget: true},
        {atSeconds: 600, kind: 'add', count: 3},
        {atSeconds: 660, kind: 'add-machines', group: expect.objectContaining({name: 'new', count: 2})},
        {atSeconds: 720, kind: 'drain', which: {kind: 'named', names: ['web-1', 'web-2']}},
        {atSeconds: 780, kind: 'start-units', group: expect.objectContaining({name: 'late', count: 1})},
        {atSeconds: 840, kind: 'stop', glob: 'app@*'},
      ],
      startSeconds: 30,
    })
  })

  test.each([
    {name: 'broken YAML', text: 'machines: [', message: /^c\.yaml: /},
    {name: 'no mapping', text: '- a', message: 'c.yaml: a mapping is wanted'},
    {name: 'an unknown key', text: 'machine: []', message: /^c\.yaml: unknown key "machine"; there are machines, /},
    {name: 'no list', text: 'units: {}', message: 'c.yaml: units: a list is wanted'},
    {name: 'no number', text: 'machines: [{count: many}]', message: 'c.yaml: machines[0].count: "many" is no whole number'},
    {name: 'no capacity', text: 'machines: [{capacity: lots}]', message: 'c.yaml: machines[0].capacity: "lots" cannot be read'},
    {name: 'no name', text: 'units: [{count: 1}]', message: 'c.yaml: units[0]: there is no name'},
    {name: 'two texts', text: 'units: [{name: a, unit: b, x-fleet: c}]', message: /do not stand together$/},
    {name: 'no event', text: 'events: [{at: 5s}]', message: /^c\.yaml: events\[0\]: one of lose, drain, /},
    {name: 'two events', text: 'events: [{add: 1, stop: a}]', message: /^c\.yaml: events\[0\]: one of /},
    {
      name: 'no time',
      text: 'events: [{at: soon, add: 1}]',
      message: 'c.yaml: events[0].at: a time such as 30s or 5min is wanted',
    },
    {name: 'no machines', text: 'events: [{lose: all}]', message: 'events[0].lose: "all" says no machines'},
  ])('is refused with $name', ({text, message}) => {
    expect(() => parseScenario('c.yaml', text)).toThrow(UsageError)
    expect(() => parseScenario('c.yaml', text)).toThrow(message)
  })
})

describe('the flags', () => {
  test.each([
    {text: 'name=web,count=5,cpu=0.5,memory=256M', lines: ['Requests=cpu=0.5', 'Requests=memory=256M'], count: 5},
    {text: 'name=web,conflicts=self,max-per=zone:2', lines: ['Conflicts=web@*.service', 'MaxPer=zone:2'], count: undefined},
    {text: 'name=web,zone=a,priority=90', lines: ['MachineMetadata=zone=a', 'Priority=90'], count: undefined},
  ])('say a class: $text', ({text, lines, count}) => {
    expect(parseClass(text)).toEqual({
      name: 'web',
      count,
      text: `[Container]\nImage=simulated\n\n[X-Fleet]\n${lines.join('\n')}\n`,
    })
  })

  test.each(['count=5', 'name=web,cpu', 'name=web,count=x'])('refuse the class %s', text => {
    expect(() => parseClass(text)).toThrow(UsageError)
  })

  test.each([
    {text: 'zone=2', which: {kind: 'metadata', key: 'zone', value: '2'}},
    {text: 'machine=a,b', which: {kind: 'named', names: ['a', 'b']}},
    {text: 'count=10', which: {kind: 'count', count: 10}},
  ])('say which machines: $text', ({text, which}) => {
    expect(parseSelection('--lose', text)).toEqual(which)
  })

  test('say values in turn', () => {
    expect(parseTurns('--metadata', 'zone=1|2,role=web')).toEqual({zone: ['1', '2'], role: ['web']})
  })

  test('put events behind those of the file, a quarter of an hour apart', () => {
    const file = parseScenario('c.yaml', 'events: [{at: 1h, add: 1}]')
    const {events} = scenarioOf({...flags, lose: ['zone=1'], add: 5}, file, undefined)
    expect(events.map(({kind, atSeconds}) => `${kind} ${atSeconds}`)).toEqual(['add 3600', 'lose 4500', 'add 5400'])
  })

  test('need a cluster', () => {
    expect(() => scenarioOf(flags, undefined, undefined)).toThrow('there is no cluster to simulate')
  })
})
