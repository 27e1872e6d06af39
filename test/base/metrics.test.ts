import {spawnSync} from 'node:child_process'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {Metrics} from '../../src/lib/base/metrics.ts'
import {metricsIn} from '../api/v1/metrics-text.ts'

describe('metrics', () => {
  test('counters, gauges and histograms are written as Prometheus reads them', () => {
    const metrics = new Metrics()
    metrics.counter('a_total', 'Things.\nOn two lines.').add(2)
    const kinds = metrics.counter('b_total', 'Things by kind.', ['kind'])
    kinds.add(1, {kind: 'x'})
    kinds.add(2, {kind: 'a "quoted"\\\n'})
    metrics.gauge('c', 'A level.').set(-1.5)
    const took = metrics.histogram('d_seconds', 'Time.', {labels: ['what'], buckets: [0.1, 1]})
    for (const seconds of [0.05, 0.1, 0.5, 3]) took.observe(seconds, {what: 'x'})
    expect(metrics.render()).toBe(`# HELP a_total Things.\\nOn two lines.
# TYPE a_total counter
a_total 2
# HELP b_total Things by kind.
# TYPE b_total counter
b_total{kind="x"} 1
b_total{kind="a \\"quoted\\"\\\\\\n"} 2
# HELP c A level.
# TYPE c gauge
c -1.5
# HELP d_seconds Time.
# TYPE d_seconds histogram
d_seconds_bucket{what="x",le="0.1"} 2
d_seconds_bucket{what="x",le="1"} 3
d_seconds_bucket{what="x",le="+Inf"} 4
d_seconds_sum{what="x"} 3.65
d_seconds_count{what="x"} 4
`)
  })

  test('what is counted without labels is there from the beginning; a gauge once it is set', () => {
    const metrics = new Metrics()
    metrics.counter('a_total', 'Things.')
    const level = metrics.gauge('b', 'A level.')
    expect(metrics.render()).toContain('\na_total 0\n')
    expect(metrics.render()).not.toContain('\nb ')
    level.add(2)
    expect(metrics.render()).toContain('\nb 2\n')
    level.clear()
    expect(metrics.render()).not.toContain('\nb ')
  })

  test('a name stands for one thing', () => {
    const metrics = new Metrics()
    metrics.counter('a_total', 'Things.').add(1)
    metrics.counter('a_total', 'Things.').add(1)
    expect(metrics.render()).toContain('\na_total 2\n')
    expect(() => metrics.gauge('a_total', 'Things.')).toThrow('declared twice')
    expect(() => metrics.counter('a_total', 'Things.', ['kind'])).toThrow('declared twice')
    expect(() => metrics.counter('a-b', 'Things.')).toThrow('cannot name a metric')
  })

  test('what is looked up is looked up at each rendering, until that is ended', () => {
    const metrics = new Metrics()
    const level = metrics.gauge('a', 'A level.')
    let looks = 0
    const end = metrics.beforeRender(() => level.set(++looks))
    expect([metrics.render(), metrics.render()].map(text => text.split('\n')[2])).toEqual(['a 1', 'a 2'])
    end()
    metrics.render()
    expect(looks).toBe(2)
  })

  test('whatever labels hold, it is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({unit: 'binary'}), fc.double({min: 0, noNaN: true, max: 1e9}))), samples => {
        const metrics = new Metrics()
        const counter = metrics.counter('a_total', 'Things.', ['x'])
        const histogram = metrics.histogram('b_seconds', 'Time.', {labels: ['x']})
        const sums = new Map<string, number>()
        for (const [x, amount] of samples) {
          counter.add(amount, {x})
          histogram.observe(amount, {x})
          sums.set(x, (sums.get(x) ?? 0) + amount)
        }
        const read = metricsIn(metrics.render())
        expect(new Map(read.get('a_total')?.samples.map(({labels, value}) => [labels.x, value]))).toEqual(sums)
      }),
    )
  })

  const promtool = spawnSync('promtool', ['--version']).status === 0
  test.runIf(promtool)('promtool has nothing against them', () => {
    const metrics = new Metrics()
    metrics.counter('meissa_things_total', 'Things.', ['kind']).add(1, {kind: 'x'})
    metrics.histogram('meissa_things_duration_seconds', 'Time.').observe(1)
    const {status, stdout, stderr} = spawnSync('promtool', ['check', 'metrics'], {input: metrics.render(), encoding: 'utf8'})
    expect([status, stdout, stderr]).toEqual([0, '', ''])
  })
})
