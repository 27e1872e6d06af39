import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError, UsageError} from '../../../src/lib/base/errors.ts'
import {DockerClient} from '../../../src/lib/drivers/docker/client.ts'
import {parseDockerHost} from '../../../src/lib/drivers/docker/endpoint.ts'
import {DockerError} from '../../../src/lib/drivers/docker/errors.ts'

describe('DOCKER_HOST', () => {
  test.each([
    {text: 'unix:///var/run/docker.sock', endpoint: {socketPath: '/var/run/docker.sock'}},
    {text: '/run/d.sock', endpoint: {socketPath: '/run/d.sock'}},
    {text: 'tcp://10.0.0.1:2375', endpoint: {host: '10.0.0.1', port: 2375}},
    {text: 'tcp://10.0.0.1', endpoint: {host: '10.0.0.1', port: 2375}},
    {text: 'http://docker:80', endpoint: {host: 'docker', port: 80}},
    {text: 'tcp://[::1]:4000', endpoint: {host: '::1', port: 4000}},
  ])('$text', ({text, endpoint}) => {
    expect(parseDockerHost(text)).toEqual(endpoint)
  })

  test.each(['ssh://host', 'https://host:2376', 'docker.sock', 'tcp://'])('%s is refused', text => {
    expect(() => parseDockerHost(text)).toThrow(UsageError)
  })
})

describe('against a server that misbehaves', () => {
  let directory: string
  let server: Server
  let client: DockerClient
  const asked: string[] = []

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-client-'))
    asked.length = 0
    server = createServer()
    const socket = join(directory, 'sock')
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve))
    client = new DockerClient(`unix://${socket}`)
  })
  afterEach(async () => {
    client.close()
    const closed = new Promise(resolve => server.close(resolve))
    server.closeAllConnections()
    await closed
    await rm(directory, {recursive: true, force: true})
  })

  /** Answers GET /version with these, and everything else by `answer`. */
  const serve = (versions: object, answer: (url: string) => {status: number; text: string} | 'hang up' | 'hang') => {
    server.on('request', (request, response) => {
      const url = request.url ?? ''
      asked.push(`${request.method} ${url}`)
      const found = url === '/version' ? {status: 200, text: JSON.stringify(versions)} : answer(url)
      if (found === 'hang up') request.socket.destroy()
      else if (found !== 'hang') response.writeHead(found.status).end(found.text)
    })
  }
  const docker20 = {ApiVersion: '1.41', MinAPIVersion: '1.12'}

  test.each([
    {title: 'as Docker 20.10 has it', versions: docker20, spoken: '1.41'},
    {title: 'of a newer Docker that keeps it', versions: {ApiVersion: '1.47', MinAPIVersion: '1.24'}, spoken: '1.41'},
    {title: 'of a newer Docker that has dropped it', versions: {ApiVersion: '1.52', MinAPIVersion: '1.44'}, spoken: '1.44'},
    {title: 'of an older Docker', versions: {ApiVersion: '1.40', MinAPIVersion: '1.12'}, spoken: '1.40'},
  ])('the version is that $title', async ({versions, spoken}) => {
    serve(versions, () => ({status: 200, text: '{}'}))
    await client.json('GET', '/info')
    expect(asked).toEqual(['GET /version', `GET /v${spoken}/info`])
  })

  test.each([
    {title: 'as JSON', text: '{"message":"no such thing"}', message: 'no such thing'},
    {title: 'as text', text: 'bad gateway\n', message: 'bad gateway'},
    {title: 'without words', text: '', message: 'Docker answered with status 500'},
  ])('a refusal $title has a message', async ({text, message}) => {
    serve(docker20, () => ({status: 500, text}))
    await expect(client.json('GET', '/info')).rejects.toThrow(new DockerError(500, message))
  })

  test('a kept connection that was closed meanwhile is told from a server that is gone', async () => {
    let answers = 0
    serve(docker20, () => (answers++ === 1 ? 'hang up' : {status: 200, text: '{}'}))
    await client.json('GET', '/info')
    expect(await client.json('GET', '/info')).toEqual({})
    expect(answers).toBe(3)
  })

  test('what may not be done twice is not sent twice', async () => {
    let answers = 0
    serve(docker20, url => (url.endsWith('/create') && answers++ === 0 ? 'hang up' : {status: 200, text: '{}'}))
    await client.json('GET', '/info')
    await expect(client.json('POST', '/containers/create', {body: {}})).rejects.toThrow(/the connection was lost/)
    expect(answers).toBe(1)
  })

  test('an aborted request ends with the reason of its signal', async () => {
    serve(docker20, () => 'hang')
    const ending = new AbortController()
    const asking = client.json('GET', '/info', {signal: ending.signal})
    ending.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })

  test('a socket that is missing is named', async () => {
    const lost = new DockerClient(`unix://${directory}/none`)
    const thrown = await lost.json('GET', '/info').catch(error => error)
    expect(thrown).toBeInstanceOf(UnreachableError)
    expect(thrown).toMatchObject({
      message: expect.stringContaining(`${directory}/none cannot be reached: there is no such socket`),
      hint: expect.stringContaining('DOCKER_HOST'),
    })
  })
})
