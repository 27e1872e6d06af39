import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {completedEnvironment} from '../../src/lib/agent/environment-block.ts'
import {EnvironmentFiles} from '../../src/lib/agent/environment-files.ts'
import {machineVariables, writeMachineEnvironment} from '../../src/lib/agent/machine-environment.ts'
import {lineLog} from '../../src/lib/base/log.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meissa-environment-'))
})
afterEach(() => rm(directory, {recursive: true, force: true}))
const path = (name: string) => join(directory, name)

describe("the host's file of variables", () => {
  const addresses = {COREOS_PUBLIC_IPV4: '10.0.0.1', COREOS_PRIVATE_IPV4: '10.0.0.1'}
  const both = completedEnvironment('', addresses)

  test('gets what it lacks', () => {
    expect(both.split('\n').filter(line => !line.startsWith('#'))).toEqual([
      'COREOS_PUBLIC_IPV4=10.0.0.1',
      'COREOS_PRIVATE_IPV4=10.0.0.1',
      '',
    ])
  })

  test.each([
    ['that has both stays as it is', 'COREOS_PUBLIC_IPV4=1.2.3.4\nCOREOS_PRIVATE_IPV4=5.6.7.8\n'],
    ['that has both, oddly written, stays as it is', '  COREOS_PUBLIC_IPV4 =1\nA=b\nCOREOS_PRIVATE_IPV4="x"'],
  ])('%s', (_, text) => {
    expect(completedEnvironment(text, addresses)).toBe(text)
  })

  test.each([
    ['PATH=/bin\n', 'PATH=/bin\n'],
    ['PATH=/bin', 'PATH=/bin\n'],
  ])('%j keeps what it has, on lines of its own', (text, begin) => {
    expect(completedEnvironment(text, addresses)).toBe(begin + both)
  })

  test('gets only the one it lacks', () => {
    const completed = completedEnvironment('COREOS_PUBLIC_IPV4=1.2.3.4\n', addresses)
    expect(completed).toContain('COREOS_PRIVATE_IPV4=10.0.0.1')
    expect(completed.match(/COREOS_PUBLIC_IPV4/g)).toHaveLength(1)
  })

  test('a commented variable is none', () => {
    expect(completedEnvironment('# COREOS_PUBLIC_IPV4=1\n', addresses)).toContain('\nCOREOS_PUBLIC_IPV4=10.0.0.1\n')
  })

  test('what was added before follows the address, wherever it stands, and doing it again changes nothing', () => {
    const before = `A=b\n${both}C=d\n`
    const moved = completedEnvironment(before, {COREOS_PUBLIC_IPV4: '10.0.0.9', COREOS_PRIVATE_IPV4: '10.0.0.9'})
    expect(moved).not.toContain('10.0.0.1')
    expect(moved.startsWith('A=b\nC=d\n')).toBe(true)
    expect(completedEnvironment(moved, {COREOS_PUBLIC_IPV4: '10.0.0.9', COREOS_PRIVATE_IPV4: '10.0.0.9'})).toBe(moved)
  })

  test('what was added before goes when somebody writes it himself', () => {
    const own = 'COREOS_PUBLIC_IPV4=1\nCOREOS_PRIVATE_IPV4=2\n'
    expect(completedEnvironment(both + own, addresses)).toBe(own)
  })
})

test('a machine writes its own file and completes the one of its host', async () => {
  const facts = {id: 'abc', name: undefined, address: '10.0.0.1', metadata: {role: 'web', zone: '1'}}
  const said: string[] = []
  const log = lineLog(line => said.push(line), 'info')
  await writeFile(path('hosts'), 'A=b\n')
  await writeMachineEnvironment(facts, {own: path('run/environment'), hosts: path('hosts'), log})
  expect(await readFile(path('run/environment'), 'utf8')).toBe(
    'MEISSA_MACHINE_ID=abc\nMEISSA_MACHINE_NAME=abc\nMEISSA_ADDRESS=10.0.0.1\nMEISSA_METADATA=role=web,zone=1\n',
  )
  expect(machineVariables({...facts, name: 'one'})).toMatchObject({MEISSA_MACHINE_NAME: 'one'})
  expect(await readFile(path('hosts'), 'utf8')).toMatch(/^A=b\n[\s\S]*COREOS_PRIVATE_IPV4=10\.0\.0\.1/)
  expect(said).toEqual([])
  await writeMachineEnvironment(facts, {own: '/dev/null/x', hosts: '/dev/null/y', log})
  expect(said).toHaveLength(2)
})

describe('files of variables', () => {
  const files = new EnvironmentFiles()
  const read = (...names: readonly string[]) => {
    files.lookAgain()
    return files.read(names.map(name => ({path: path(name.replace(/^-/, '')), optional: name.startsWith('-')})))
  }

  test('later ones go before earlier ones', async () => {
    await writeFile(path('a'), 'A=1\nB=1\n')
    await writeFile(path('b'), 'B=2\n')
    expect((await read('a', 'b')).variables).toEqual({A: '1', B: '2'})
  })

  test('a glob stands for all that fits it, in the order of their names', async () => {
    await writeFile(path('1.env'), 'A=1\n')
    await writeFile(path('2.env'), 'A=2\n')
    expect((await read('*.env')).variables).toEqual({A: '2'})
    expect(await read('*.none')).toMatchObject({variables: {}, fault: expect.stringContaining('*.none')})
    expect(await read('-*.none')).not.toHaveProperty('fault')
  })

  test('one that is missing is a fault unless it may be, and is seen when it comes', async () => {
    expect(await read('late')).toMatchObject({fault: expect.stringMatching(/late cannot be read: write it on this machine/)})
    expect(await read('-late')).toEqual({variables: {}, stamp: ''})
    await writeFile(path('late'), 'A=1\n')
    expect(await read('late')).toMatchObject({variables: {A: '1'}})
    expect(await read('late')).not.toHaveProperty('fault')
  })

  test('one that cannot be understood is a fault with its line, also if it may be missing', async () => {
    await writeFile(path('bad'), 'A=1\nB="open\n')
    expect(await read('-bad')).toMatchObject({fault: expect.stringMatching(/bad, line 2: /)})
  })

  test('a change is seen when they are looked at again, and not before', async () => {
    await writeFile(path('c'), 'A=1\n')
    const before = await read('c')
    expect((await read('c')).stamp).toBe(before.stamp)
    await writeFile(path('c'), 'A=second\n')
    expect((await files.read([{path: path('c'), optional: false}])).stamp).toBe(before.stamp)
    const after = await read('c')
    expect(after.variables).toEqual({A: 'second'})
    expect(after.stamp).not.toBe(before.stamp)
  })
})
