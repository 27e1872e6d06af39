import {readdirSync, readFileSync} from 'node:fs'
import {basename, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import {host} from './host.ts'

const directory = new URL('../../units/', import.meta.url)
const samples = readdirSync(directory, {withFileTypes: true, recursive: true})
  .filter(entry => entry.isFile())
  .map(({parentPath, name}) => relative(fileURLToPath(directory), join(parentPath, name)))
  .sort()

test('there is a sample of every kind', () => {
  expect(samples.length).toBeGreaterThanOrEqual(9)
})

test.each(samples)('%s is parsed without a problem', sample => {
  const text = readFileSync(new URL(sample, directory), 'utf8')
  expect(text).toMatch(/^#/)
  const own = basename(sample)
  for (const name of [own, own.replace('@.', '@7.')]) {
    for (const machine of [undefined, host]) {
      const {unit, problems} = parseUnit(name, text, machine)
      expect(problems).toEqual([])
      expect(unit?.name).toBe(name)
    }
  }
})

test.each([
  ['web@.service', {driver: 'docker', placement: {conflicts: ['web@*.service']}, container: {activeWhenHealthy: true}}],
  [
    'web-announce@.service',
    {
      driver: 'docker',
      placement: {machineOf: ['web@7.service']},
      container: {command: ['sh', '-c', expect.stringMatching(/one\.example\.com:8080 \$\{state\}/)]},
    },
  ],
  ['logger.service', {driver: 'docker', placement: {global: true}}],
  ['database.service', {placement: {metadata: {disk: ['ssd', 'nvme'], zone: ['a']}, onDisconnect: 'stop'}}],
  ['migrate.service', {service: {type: 'oneshot', remainAfterExit: true}}],
  [
    'legacy@.service',
    {driver: 'docker', container: {name: 'legacy-7', pull: 'always', stopSeconds: 20, ports: [{hostPort: 6379}]}},
  ],
  ['proxy.service', {container: {network: {mode: 'host'}, ulimits: [{name: 'nofile', soft: 100_000}]}}],
  [
    'kafka@.service',
    {
      service: {timeoutStopSeconds: 300},
      container: {
        ulimits: [
          {name: 'nofile', hard: 200_000},
          {name: 'memlock', hard: -1},
        ],
      },
    },
  ],
  ['worker@.service', {service: {restart: 'on-failure'}, container: {resources: {cpus: 0.5, memoryBytes: 512 * 1024 ** 2}}}],
  ['backup.timer', {driver: 'systemd'}],
])('%s is what its comments say', (sample, expected) => {
  const text = readFileSync(new URL(sample, directory), 'utf8')
  expect(parseUnit(sample.replace('@.', '@7.'), text, host).unit).toMatchObject(expected)
})
