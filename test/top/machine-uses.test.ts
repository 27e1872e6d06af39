import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {UnreachableError} from '../../src/lib/base/errors.ts'
import type {Machine} from '../../src/lib/cluster/model.ts'
import {localHost} from '../../src/lib/hosts/local-host.ts'
import {MachineUses} from '../../src/lib/top/machine-uses.ts'

let directory: string
let server: Server
let over: AbortController
let uses: MachineUses
/** What the API answers, in turn; the last again and again. */
let answers: {status: number; body: string}[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-top-'))
  answers = []
  server = createServer((request, response) => {
    const {status, body} = (answers.length > 1 ? answers.shift() : answers[0]) ?? {status: 500, body: request.url ?? ''}
    response.writeHead(status).end(body)
  })
  await new Promise<void>(resolve => server.listen(join(directory, 'api.sock'), resolve))
  over = new AbortController()
  uses = new MachineUses(async machine => {
    if (machine.address === 'nowhere') throw new UnreachableError('no way to nowhere')
    return localHost()
  }, over.signal)
})
afterEach(async () => {
  over.abort()
  uses.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await rm(directory, {recursive: true})
})

const machine = (parts: Partial<Machine> = {}): Machine => ({
  ...{id: 'm1', hostname: 'h', address: '10.0.0.1', metadata: {}, capacity: {cpus: 1, memoryBytes: 1}, drivers: ['docker']},
  ...{version: '1', session: '1', process: {boot: 'b', pid: 1}, api: join(directory, 'api.sock')},
  ...parts,
})
const look = (at: number, cpuSeconds: number) => ({
  status: 200,
  body: JSON.stringify({machine: 'm1', runs: [{unit: 'a.service', run: 'r', driver: 'docker', at, cpuSeconds, memoryBytes: 7}]}),
})
const problemOf = async (asked: Machine) => {
  const use = (await uses.look([asked])).get('m1')
  return use !== undefined && 'problem' in use ? use.problem : undefined
}

test('two looks tell what is used, and later one is enough', async () => {
  answers = [look(1000, 1), look(2000, 1.5), look(4000, 3.5)]
  const of = (cpus: number) => ({units: new Map([['a.service', {cpus, memoryBytes: 7}]])})
  expect((await uses.look([machine()])).get('m1')).toEqual(of(0.5))
  expect((await uses.look([machine()])).get('m1')).toEqual(of(1))
})

test('a machine on which nothing runs is no problem', async () => {
  answers = [{status: 200, body: '{"machine":"m1","runs":[]}'}]
  expect((await uses.look([machine()])).get('m1')).toEqual({units: new Map()})
})

test.each([
  [404, '{}', 'its agent is too old to tell'],
  [403, '{"error":{"message":"not you"}}', 'its agent refuses (403): not you'],
  [200, 'no JSON', /its agent cannot be asked: /],
])('an answer of %i %s is told', async (status, body, message) => {
  answers = [{status, body}]
  const problem = await problemOf(machine())
  expect(problem).toBeInstanceOf(UnreachableError)
  expect(problem?.message).toMatch(message)
})

test.each<[what: string, parts: Partial<Machine>, message: RegExp]>([
  ['no socket of an API', {api: undefined}, /its agent has no socket for its API/],
  ['a socket that is not there', {api: '/no/such.sock'}, /no connection to \/no\/such\.sock: there is no such socket/],
  ['no way to it', {address: 'nowhere'}, /no way to nowhere/],
])('a machine with %s is told, and the others are shown', async (_, parts, message) => {
  answers = [look(1000, 1), look(2000, 1)]
  const all = await uses.look([machine({id: 'm0', ...parts}), machine()])
  expect(all.get('m0')).toMatchObject({problem: {message: expect.stringMatching(message)}})
  expect(all.get('m1')).toHaveProperty('units')
})

test('a machine that was away is asked again', async () => {
  answers = [{status: 500, body: ''}, look(1000, 1), look(3000, 2)]
  expect(await problemOf(machine())).toBeInstanceOf(UnreachableError)
  expect((await uses.look([machine()])).get('m1')).toEqual({units: new Map([['a.service', {cpus: 0.5, memoryBytes: 7}]])})
})

test('an abort ends a look', async () => {
  answers = [look(1000, 1)]
  const looking = uses.look([machine()])
  over.abort(new Error('enough'))
  await expect(looking).rejects.toThrow('enough')
})
