import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {textAt} from '../../../src/lib/drivers/docker/json.ts'
import {judgeHolder, nameCandidates} from '../../../src/lib/drivers/docker/names.ts'
import type {Driver} from '../../../src/lib/drivers/driver.ts'
import type {Unit} from '../../../src/lib/unit/unit.ts'
import {containerUnit} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'

const here = {cluster: 'c', machine: 'm1'}

describe('the first name tried', () => {
  test.each([
    {unit: 'web.service', first: 'web'},
    {unit: 'web@1.service', first: 'web-1'},
    {unit: 'web@eu:1.service', first: 'web-eu-1'},
    {unit: 'a.service', first: 'a.service'},
    {unit: '-x.service', first: 'x.service'},
    {unit: 'web@1.service', prefix: 'm1-', first: 'm1-web-1'},
    {unit: 'web@1.service', name: 'frontend', prefix: 'm1-', first: 'frontend'},
  ])('of $unit with name $name and prefix $prefix is $first', ({unit, name, prefix, first}) => {
    const [tried] = nameCandidates(containerUnit(unit, name === undefined ? {} : {name}), here, prefix)
    expect(tried).toBe(first)
  })

  test('is followed by the same with the machine, and for a derived name by one that no other unit has', () => {
    expect(nameCandidates(containerUnit('web.service', {name: 'front'}), here)).toEqual(['front', 'front-m1'])
    const [, second, third] = nameCandidates(containerUnit('web@1.service'), here)
    expect(second).toBe('web-1-m1')
    expect(third).toMatch(/^web-1-[0-9a-f]{8}$/)
    expect(third).not.toBe(nameCandidates(containerUnit('web-1.service'), here)[2])
    expect(third).not.toBe(nameCandidates(containerUnit('web@1.service'), {...here, cluster: 'c2'})[2])
  })
})

describe('who holds a name', () => {
  const self = {cluster: 'c', machine: 'm', unit: 'web.service'}
  const held = (cluster: string, machine: string, unit: string, running: boolean) => ({
    Id: 'x1',
    Config: {Labels: {'meissa.cluster': cluster, 'meissa.machine': machine, 'meissa.unit': unit}},
    State: {Running: running},
  })
  test.each([
    {title: 'nobody any more', holder: undefined, kind: 'gone'},
    {title: 'a container without labels', holder: {Id: 'x1', Config: {Labels: null}}, kind: 'foreign'},
    {title: 'an ended run of the unit', holder: held('c', 'm', 'web.service', false), kind: 'leftover'},
    {title: 'a running run of the unit', holder: held('c', 'm', 'web.service', true), kind: 'running'},
    {title: 'another unit', holder: held('c', 'm', 'api.service', true), kind: 'foreign'},
    {title: 'another machine', holder: held('c', 'm2', 'web.service', true), kind: 'elsewhere'},
    {title: 'another cluster', holder: held('c2', 'm', 'web.service', false), kind: 'elsewhere'},
  ])('$title is $kind', ({holder, kind}) => {
    expect(judgeHolder(holder, self).kind).toBe(kind)
  })
})

describe('on one Docker', () => {
  let room: DockerRoom
  const drivers: Driver[] = []
  const signal = new AbortController().signal

  beforeAll(async () => {
    room = await openDockerRoom()
  })
  afterEach(async () => {
    for (const driver of drivers.splice(0)) driver.close()
    await room.clear()
  })
  afterAll(() => room?.close())

  /** A name that nobody else on this Docker uses. */
  const own = (name: string) => `${name}-${room.cluster}`
  const open = (machine: string): Driver => {
    const driver = room.driver(machine)
    drivers.push(driver)
    return driver
  }
  const sleeper = (unit: string, name?: string) =>
    containerUnit(unit, {command: ['sleep', '1000'], init: true, ...(name === undefined ? {} : {name})})
  const start = (driver: Driver, unit: Unit) =>
    driver.perform({kind: 'start', unit, identity: {runHash: 'h', generation: 0}, file: 'f'}, signal)
  const containerName = async (driver: Driver): Promise<string | undefined> => {
    const [run] = await driver.observe()
    return textAt(await room.inspect(run?.id ?? ''), 'Name')
  }

  test('two machines run the same unit under the same insisted name', async () => {
    const [one, two] = [open('m1'), open('m2')]
    await start(one, sleeper('web.service', own('insisted')))
    await start(two, sleeper('web.service', own('insisted')))
    expect([await containerName(one), await containerName(two)]).toEqual([`/${own('insisted')}`, `/${own('insisted')}-m2`])
  })

  test('an insisted name that a foreign container has is refused, and the container is untouched', async () => {
    const driver = open('m1')
    const foreign = await room.runForeign(own('precious'))
    await expect(start(driver, sleeper('web.service', own('precious')))).rejects.toThrow(`(docker rm -f ${own('precious')})`)
    expect(await room.inspect(own('precious'))).toMatchObject({Id: foreign, State: {Running: true}})
    expect(await driver.observe()).toEqual([])
  })

  test('a derived name makes way for a foreign container', async () => {
    const driver = open('m1')
    await room.runForeign(own('shop'))
    await start(driver, sleeper(`${own('shop')}.service`))
    expect(await containerName(driver)).toBe(`/${own('shop')}-m1`)
  })

  test('an insisted name that another unit of the machine has is refused with its name', async () => {
    const driver = open('m1')
    await start(driver, sleeper('a.service', own('same')))
    await expect(start(driver, sleeper('b.service', own('same')))).rejects.toThrow(/taken by the container of a\.service/)
  })

  test('two units whose derived names meet both run', async () => {
    const driver = open('m1')
    await start(driver, sleeper(`${own('web')}@1.service`))
    await start(driver, sleeper(`${own('web')}-1.service`))
    expect(await driver.observe()).toMatchObject([
      {unit: `${own('web')}-1.service`, phase: 'running'},
      {unit: `${own('web')}@1.service`, phase: 'running'},
    ])
  })

  test('a run that was made and never started makes way for the next', async () => {
    const driver = open('m1')
    await expect(start(driver, containerUnit(`${own('web')}.service`, {command: ['/no/such/program']}))).rejects.toThrow(
      /no such program/,
    )
    await start(driver, sleeper(`${own('web')}.service`))
    expect(await driver.observe()).toMatchObject([{phase: 'running'}])
    expect(await containerName(driver)).toBe(`/${own('web')}`)
  })
})
