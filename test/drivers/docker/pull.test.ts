import {randomUUID} from 'node:crypto'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {imagePresent} from '../../../src/lib/drivers/docker/pull.ts'
import {parseImageReference} from '../../../src/lib/drivers/docker/reference.ts'
import {loginFor} from '../../../src/lib/drivers/docker/registry-auth.ts'
import type {Driver} from '../../../src/lib/drivers/driver.ts'
import type {PullPolicy} from '../../../src/lib/unit/container/container-spec.ts'
import {containerUnit} from '../../fakes/container-unit.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {type ImageRegistry, startImageRegistry} from '../../fakes/image-registry.ts'

describe('a reference', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  test.each([
    {text: 'busybox', name: 'busybox', tag: 'latest'},
    {text: 'busybox:1', name: 'busybox', tag: '1'},
    {text: 'registry:5000/a/b', name: 'registry:5000/a/b', tag: 'latest'},
    {text: 'registry:5000/a/b:1.2', name: 'registry:5000/a/b', tag: '1.2'},
    {text: `a/b@${digest}`, name: 'a/b', tag: digest},
    {text: `a/b:1@${digest}`, name: 'a/b', tag: digest},
  ])('$text', ({text, name, tag}) => {
    expect(parseImageReference(text)).toEqual({name, tag})
  })
})

describe('a login', () => {
  const auth = Buffer.from('me:pa:ss').toString('base64')
  const config = {
    auths: {
      'https://index.docker.io/v1/': {auth},
      'registry:5000': {auth},
      'token.test': {identitytoken: 't'},
      'helper.test': {},
    },
  }
  test.each([
    {image: 'busybox', found: {username: 'me', password: 'pa:ss', serveraddress: 'docker.io'}},
    {image: 'team/app', found: {username: 'me', password: 'pa:ss', serveraddress: 'docker.io'}},
    {image: 'registry:5000/app', found: {username: 'me', password: 'pa:ss', serveraddress: 'registry:5000'}},
    {image: 'token.test/app', found: {username: '', password: '', serveraddress: 'token.test', identitytoken: 't'}},
    {image: 'helper.test/app', found: undefined},
    {image: 'other.test/app', found: undefined},
  ])('for $image', ({image, found}) => {
    expect(loginFor(image, config)).toEqual(found)
  })
})

describe('what Docker gets', () => {
  let room: DockerRoom
  let registry: ImageRegistry
  let driver: Driver
  const pulled = new Set<string>()
  const signal = new AbortController().signal

  beforeAll(async () => {
    room = await openDockerRoom()
    registry = await startImageRegistry()
    driver = room.driver('m1')
  })
  beforeEach(() => {
    registry.login = undefined
  })
  afterAll(async () => {
    driver?.close()
    await registry?.close()
    for (const image of pulled) {
      if (await present(image)) await room.client.json('DELETE', `/images/${image}`, {query: {force: '1'}})
    }
    await room?.close()
  })

  const present = (image: string) => imagePresent(room.client, {image}, signal)
  const offer = (state: 'sound' | 'spoilt' = 'sound'): string => {
    const image = registry.put(`app-${randomUUID()}`, '1', [{path: 'id', content: Buffer.from(randomUUID())}], state)
    pulled.add(image)
    return image
  }
  const prepare = (image: string, pull: PullPolicy = 'missing') =>
    driver.perform({kind: 'prepare', unit: containerUnit('web.service', {image, pull})}, signal)

  test('an image that is missing', async () => {
    const image = offer()
    await prepare(image)
    expect(await present(image)).toBe(true)
  })

  test('an image that is there for another platform only', async () => {
    const image = offer()
    await prepare(image)
    expect(await imagePresent(room.client, {image, platform: 'linux/s390x'}, signal)).toBe(false)
    expect(await imagePresent(room.client, {image, platform: 'linux/amd64'}, signal)).toBe(true)
    expect(await imagePresent(room.client, {image, platform: 'linux/amd64/v2'}, signal)).toBe(true)
  })

  test('nothing, when the policy is never', async () => {
    const image = offer()
    await prepare(image, 'never')
    expect(await present(image)).toBe(false)
  })

  test('what is there, when the policy is always and the registry has it no more', async () => {
    const image = offer()
    await prepare(image, 'always')
    registry.login = 'changed:meanwhile'
    await prepare(image, 'always')
    expect(await present(image)).toBe(true)
  })

  test("an image behind a login, with the machine's login", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'meissa-login-'))
    const before = process.env.DOCKER_CONFIG
    try {
      registry.login = 'me:secret'
      const image = offer()
      await expect(prepare(image)).rejects.toThrow(/docker login/)
      const auth = Buffer.from(registry.login).toString('base64')
      await writeFile(join(directory, 'config.json'), JSON.stringify({auths: {[registry.address]: {auth}}}))
      process.env.DOCKER_CONFIG = directory
      await prepare(image)
      expect(await present(image)).toBe(true)
    } finally {
      if (before === undefined) delete process.env.DOCKER_CONFIG
      else process.env.DOCKER_CONFIG = before
      await rm(directory, {recursive: true, force: true})
    }
  })

  test.each([
    {
      title: 'a tag nobody made',
      image: () => `${registry.address}/nobody:none`,
      words: /manifest.*check the image's name and tag/,
      retryable: false,
    },
    {title: 'a registry nobody runs', image: () => '127.0.0.1:1/app:1', words: /connection refused/, retryable: true},
    {title: 'a name that is none', image: () => 'UPPER/case', words: /invalid reference format.*lower case/, retryable: false},
    {
      title: 'a layer that is spoilt',
      image: () => offer('spoilt'),
      words: /verification failed|unexpected EOF|invalid|gzip/,
      retryable: true,
    },
  ])('a refusal for $title', async ({image, words, retryable}) => {
    const refusal = prepare(image())
    await expect(refusal).rejects.toThrow(words)
    await expect(refusal).rejects.toMatchObject({name: 'StepError', retryable})
  })
})
