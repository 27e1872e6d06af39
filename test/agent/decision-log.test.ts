import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {DecisionLog, makeStateDirectory} from '../../src/lib/agent/decision-log.ts'
import type {Step} from '../../src/lib/agent/step.ts'
import {lineLog, silentLog} from '../../src/lib/base/log.ts'
import {runOf, wantedOf} from '../fakes/situation.ts'

const {unit, identity, file} = wantedOf()
const start: Step = {kind: 'start', unit, identity, file, reason: 'assigned here: least loaded'}
const stop: Step = {kind: 'stop', run: runOf(wantedOf(), {id: 'r1'}), reason: 'not assigned to this machine'}
const now = () => Date.UTC(2026, 0, 31, 12)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-decisions-'))
})
afterEach(() => rm(directory, {recursive: true, force: true}))

test('every decision is a line, in order, with its reason', async () => {
  const decisions = new DecisionLog(directory, silentLog, now)
  decisions.record(start)
  decisions.recordFailure(start, new Error('port is taken'))
  decisions.record(stop)
  await decisions.settled()
  const lines = (await readFile(join(directory, 'decisions.ndjson'), 'utf8')).trimEnd().split('\n')
  const web = {time: '2026-01-31T12:00:00.000Z', unit: 'web.service'}
  const assigned = {...web, step: 'start', reason: 'assigned here: least loaded'}
  expect(lines.map(line => JSON.parse(line))).toEqual([
    {...assigned, text: 'start web.service: assigned here: least loaded'},
    {...assigned, failed: 'port is taken'},
    {
      ...web,
      step: 'stop',
      reason: 'not assigned to this machine',
      text: 'stop web.service (r1): not assigned to this machine',
    },
  ])
})

test('at ten megabytes it begins anew, and the one before is kept', async () => {
  await writeFile(join(directory, 'decisions.ndjson'), `${'x'.repeat(10 * 1024 * 1024)}\n`)
  await writeFile(join(directory, 'decisions.ndjson.1'), 'the one before that')
  const decisions = new DecisionLog(directory, silentLog, now)
  await decisions.record(start)
  await decisions.record(stop)
  expect((await readdir(directory)).sort()).toEqual(['decisions.ndjson', 'decisions.ndjson.1'])
  expect((await stat(join(directory, 'decisions.ndjson.1'))).size).toBeGreaterThan(10 * 1024 * 1024)
  expect(await readFile(join(directory, 'decisions.ndjson'), 'utf8')).toContain('"step":"stop"')
})

test('what cannot be written is told, and nothing else happens', async () => {
  const told: string[] = []
  const log = lineLog(line => told.push(line), 'error')
  const decisions = new DecisionLog(join(directory, 'none'), log, now)
  decisions.record(start)
  await decisions.settled()
  expect(told).toEqual([expect.stringContaining('decisions.ndjson')])
})

test('the directory is made for its owner alone', async () => {
  const made = join(directory, 'a', 'b')
  await makeStateDirectory(made)
  await makeStateDirectory(made)
  expect((await stat(made)).mode & 0o777).toBe(0o700)
})
