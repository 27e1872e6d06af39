import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {runAgent} from '../../../src/lib/agent/run-agent.ts'
import {silentLog} from '../../../src/lib/base/log.ts'
import {Metrics} from '../../../src/lib/base/metrics.ts'
import {wishFor} from '../../../src/lib/cluster/desire.ts'
import {submitUnits} from '../../../src/lib/cluster/submit.ts'
import {MemoryDriver} from '../../../src/lib/drivers/memory/memory-driver.ts'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {unitText} from '../../fakes/situation.ts'
import {until} from '../../fakes/until.ts'
import {metricsIn} from './metrics-text.ts'

test('an agent tells what it and its engine do', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-metrics-'))
  const store = new MemoryStore()
  const metrics = new Metrics()
  const ending = new AbortController()
  const {signal} = ending
  const over = runAgent({
    settings: {
      machineId: 'm1',
      name: 'one',
      metadata: {},
      address: '10.0.0.1',
      stateDirectory: directory,
      ttlSeconds: 60,
      onExit: 'keep',
      drainSeconds: 10,
      environmentFile: undefined,
      engine: true,
      offer: {capacity: {}, reserve: {}},
    },
    version: '1',
    store,
    openDriver: ({machine}) => new MemoryDriver({now: Date.now, machine}),
    log: silentLog,
    metrics,
    signal,
  })
  try {
    const texts = {'web.service': unitText(), 'db.service': unitText('', {more: '[X-Fleet]\nMachineMetadata=disk=ssd'})}
    const submissions = Object.entries(texts).map(([name, text]) => ({name, text, source: name}))
    await submitUnits(store, submissions, {replace: false, signal})
    await wishFor(store, Object.keys(texts), 'start', signal)
    const sample = (name: string, ...labels: readonly string[]) =>
      metricsIn(metrics.render())
        .get(name)
        ?.samples.find(each => Object.values(each.labels).join() === labels.join() && !each.name.endsWith('_sum'))?.value
    await until('web.service runs', () => sample('meissa_agent_units', 'active') === 1)
    await until('db.service is refused', () => sample('meissa_engine_units_without_place') === 1)
    expect(sample('meissa_engine_leader')).toBe(1)
    expect(sample('meissa_engine_machines')).toBe(1)
    expect(sample('meissa_engine_units', 'launched')).toBe(2)
    expect(sample('meissa_engine_holding')).toBe(0)
    expect(sample('meissa_engine_decisions_total', 'place')).toBe(1)
    expect(sample('meissa_engine_refusals_total', 'metadata')).toBe(1)
    expect(sample('meissa_engine_pass_duration_seconds')).toBeGreaterThan(0)
    expect(sample('meissa_agent_steps_total', 'start', 'done')).toBe(1)
    expect(sample('meissa_agent_round_duration_seconds')).toBeGreaterThan(0)
    expect(sample('meissa_etcd_request_duration_seconds', 'commit')).toBeGreaterThan(0)
    ending.abort()
    await over
    expect(sample('meissa_engine_leader')).toBe(0)
    expect(sample('meissa_engine_machines')).toBeUndefined()
  } finally {
    ending.abort()
    await over
    store.close()
    await rm(directory, {recursive: true, force: true})
  }
})
