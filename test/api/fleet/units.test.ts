import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {UnreachableError} from '../../../src/lib/base/errors.ts'
import {submitUnits} from '../../../src/lib/cluster/submit.ts'
import {ClusterView} from '../../../src/lib/cluster/view.ts'
import {optionsHash} from '../../../src/lib/fleet/options.ts'
import {keys} from '../../../src/lib/store/keys.ts'
import {fileHash} from '../../../src/lib/unit/hash.ts'
import {assignmentEntry, entryOf, machineEntry, recordEntry, stateEntry} from '../../fakes/stored-cluster.ts'
import {FleetBench, told} from './fleet-bench.ts'

const never = new AbortController().signal
let bench: FleetBench
beforeEach(() => {
  bench = new FleetBench()
})
afterEach(() => bench.close())

const option = (section: string, name: string, value: string) => ({section, name, value})
const options = [option('Service', 'ExecStart', '/bin/sleep 1d')]
const others = [option('Service', 'ExecStart', '/bin/sleep 2d')]
const text = '[Service]\nExecStart=/bin/sleep 1d\n'
const commented = `# why\n${text}`

const submit = (name: string, unitText: string, to?: 'load' | 'start') =>
  submitUnits(bench.store, [{name, text: unitText, source: name}], {
    replace: false,
    signal: never,
    ...(to === undefined ? {} : {wish: {to, names: [name]}}),
  })
const stored = async () => ClusterView.of((await bench.store.list([''])).entries)
const record = async (name: string) => {
  const view = await stored()
  const found = view.units.get(name)
  return found === undefined ? undefined : {wanted: `${found.desiredState} ${found.generation}`, text: view.files.get(found.file)}
}

describe('PUT', () => {
  test('makes a unit known: 201, inactive, its text as fleet prints it', async () => {
    const {status, body, headers} = await bench.call('PUT /fleet/v1/units/a.service', {name: 'a.service', options})
    expect({status, body}).toEqual({status: 201, body: ''})
    expect(headers.server).toMatch(/^fleetd\/1\.0\.0/)
    expect(await record('a.service')).toEqual({wanted: 'inactive 0', text})
    expect((await bench.call('GET /fleet/v1/units/a.service')).body).toBe(
      '{"currentState":"inactive","desiredState":"inactive","name":"a.service","options":[{"name":"ExecStart","section":"Service","value":"/bin/sleep 1d"}]}',
    )
  })

  test('takes the name from the path, fields in any case, and the old place of the API', async () => {
    expect((await bench.call('PUT /v1-alpha/units/a.service', {Options: options, DesiredState: 'launched'})).status).toBe(201)
    expect(await record('a.service')).toEqual({wanted: 'launched 1', text})
  })

  test.each([
    {desiredState: 'launched', wanted: 'launched 1'},
    {desiredState: 'loaded', wanted: 'loaded 0'},
    {desiredState: 'inactive', wanted: 'inactive 0'},
  ])('sets $desiredState: 204', async ({desiredState, wanted}) => {
    await submit('a.service', commented)
    expect((await bench.call('PUT /fleet/v1/units/a.service', {desiredState})).status).toBe(204)
    expect(await record('a.service')).toEqual({wanted, text: commented})
  })

  test('goes from launched to loaded and back as stop and start do: the start is a new one', async () => {
    await submit('a.service', text, 'start')
    await bench.call('PUT /fleet/v1/units/a.service', {desiredState: 'loaded'})
    expect(await record('a.service')).toMatchObject({wanted: 'loaded 1'})
    await bench.call('PUT /fleet/v1/units/a.service', {desiredState: 'launched'})
    expect(await record('a.service')).toMatchObject({wanted: 'launched 2'})
    await bench.call('PUT /fleet/v1/units/a.service', {desiredState: 'launched'})
    expect(await record('a.service')).toMatchObject({wanted: 'launched 2'})
  })

  test('starts anew what has failed', async () => {
    await submit('a.service', text, 'start')
    await bench.put(stateEntry('a.service', 'failed/failed', {file: fileHash(text)}))
    expect((await bench.call('PUT /fleet/v1/units/a.service', {desiredState: 'launched'})).status).toBe(204)
    expect(await record('a.service')).toMatchObject({wanted: 'launched 2'})
  })

  test('with the same options leaves the text with its comments', async () => {
    await submit('a.service', commented)
    expect((await bench.call('PUT /fleet/v1/units/a.service', {options, desiredState: 'launched'})).status).toBe(204)
    expect(await record('a.service')).toEqual({wanted: 'launched 1', text: commented})
  })

  test('of an instance takes the text of its template when the options are the same', async () => {
    await submit('a@.service', commented)
    expect((await bench.call('PUT /fleet/v1/units/a%401.service', {options})).status).toBe(201)
    expect(await record('a@1.service')).toEqual({wanted: 'inactive 0', text: commented})
  })

  test('with other options replaces the file and begins inactive: fleetctl waits for that', async () => {
    await submit('a.service', commented, 'start')
    expect((await bench.call('PUT /fleet/v1/units/a.service', {options: others})).status).toBe(201)
    expect(await record('a.service')).toEqual({wanted: 'inactive 1', text: text.replace('1d', '2d')})
  })

  test('with other options and a desired state replaces it where it runs', async () => {
    await submit('a.service', commented, 'start')
    expect((await bench.call('PUT /fleet/v1/units/a.service', {options: others, desiredState: 'launched'})).status).toBe(201)
    expect(await record('a.service')).toEqual({wanted: 'launched 1', text: text.replace('1d', '2d')})
  })

  test.each<{
    name: string
    path?: string
    body: unknown
    headers?: Record<string, string>
    status: number
    message: RegExp | string
  }>([
    {name: 'no content type', body: {options}, headers: {}, status: 415, message: 'expected 1 Content-Type, got 0'},
    {
      name: 'another content type',
      body: {options},
      headers: {'content-type': 'text/plain'},
      status: 415,
      message: 'only acceptable Content-Type is application/json',
    },
    {name: 'no JSON', body: '{', status: 400, message: /^unable to decode body: /},
    {name: 'no body', body: '', status: 400, message: 'unable to decode body: EOF'},
    {name: 'a list', body: [], status: 400, message: 'unable to decode body: [] is not an object'},
    {name: 'a name that is no text', body: {name: 5}, status: 400, message: 'unable to decode body: name is not a string'},
    {
      name: 'options that are no list',
      body: {options: 'x'},
      status: 400,
      message: 'unable to decode body: options is not an array',
    },
    {
      name: 'an option that is nothing',
      body: {options: [null]},
      status: 400,
      message: 'unable to decode body: null is not an object',
    },
    {
      name: 'another name',
      body: {name: 'b.service', options},
      status: 400,
      message: 'name in URL "a.service" differs from unit name in request body "b.service"',
    },
    {name: 'no type', path: 'a', body: {options}, status: 400, message: 'unit name must contain "."'},
    {name: 'an end in a dot', path: 'a.', body: {options}, status: 400, message: 'unit name cannot end in "."'},
    {name: 'a strange type', path: 'a.txt', body: {options}, status: 400, message: 'invalid unit type: "txt"'},
    {
      name: 'a strange letter',
      path: 'a%20b.service',
      body: {options},
      status: 400,
      message: "invalid character ' ' in unit name",
    },
    {name: 'a slash', path: 'a%2Fb.service', body: {options}, status: 400, message: "invalid character '/' in unit name"},
    {name: 'an @ in front', path: '%40a.service', body: {options}, status: 400, message: 'unit name cannot start in "@"'},
    {
      name: 'a long name',
      path: `${'a'.repeat(300)}.service`,
      body: {},
      status: 400,
      message: 'unit name exceeds maximum length (256)',
    },
    {name: 'a type systemd has no more', path: 'a.busname', body: {options}, status: 400, message: /no known type/},
    {name: 'nothing to make it of', body: {}, status: 409, message: 'unit does not exist and options field empty'},
    {name: 'null', body: 'null', status: 409, message: 'unit does not exist and options field empty'},
    {
      name: 'a desired state that is none',
      body: {options, desiredState: 'running'},
      status: 400,
      message: 'invalid desiredState "running": expect inactive, loaded, or launched',
    },
    {
      name: 'a template to be launched',
      path: 'a%40.service',
      body: {options, desiredState: 'launched'},
      status: 400,
      message: 'cannot activate template "a@.service"',
    },
    {
      name: 'a key of [X-Fleet] that is none',
      body: {options: [...options, option('X-Fleet', 'Conflict', 'x')]},
      status: 400,
      message: /^a\.service:5:1: error: \[X-Fleet\] Conflict: unknown key; write Conflicts=$/,
    },
    {
      name: 'keys that exclude each other',
      body: {options: [...options, option('X-Fleet', 'Global', 'true'), option('X-Fleet', 'MachineOf', 'b.service')]},
      status: 400,
      message: /Global.*MachineOf/,
    },
    {
      name: 'a value with a line break',
      body: {options: [option('Service', 'ExecStart', '/bin/a\nUser=root')]},
      status: 400,
      message: 'option ExecStart of [Service] cannot be written on a line of its own',
    },
    {
      name: 'a value that would take in the next line',
      body: {options: [option('Service', 'A', 'x \\'), ...options]},
      status: 400,
      message: 'option A of [Service] cannot be written on a line of its own',
    },
    {
      name: 'a section that is none',
      body: {options: [option('A]\n[B', 'a', '1')]},
      status: 400,
      message: /found garbage|cannot be written/,
    },
  ])('refuses $name', async ({path = 'a.service', body, headers, status, message}) => {
    const reply = await bench.call(`PUT /fleet/v1/units/${path}`, body, headers)
    expect(reply).toMatchObject({status, json: {error: {code: status, message: told(message)}}})
    expect(bench.store.commits).toEqual([])
    expect(reply.headers['content-type']).toBe('application/json')
  })

  test.each([
    {name: 'nothing', body: {}},
    {name: 'the same options', body: {options}},
  ])('refuses $name for a known unit: 409', async ({body}) => {
    await submit('a.service', commented)
    expect(await bench.call('PUT /fleet/v1/units/a.service', body)).toMatchObject({
      status: 409,
      json: {error: {code: 409, message: 'must provide DesiredState to update existing unit'}},
    })
  })

  test('looks again when somebody else replaces the file meanwhile', async () => {
    await submit('a.service', commented)
    bench.store.beforeCommit = async () => {
      bench.store.beforeCommit = undefined
      await bench.put(entryOf(keys.file(fileHash('[Service]\nExecStart=/x\n')), '[Service]\nExecStart=/x\n'))
      await bench.put(recordEntry('a.service', {file: fileHash('[Service]\nExecStart=/x\n'), desiredState: 'loaded'}))
    }
    expect((await bench.call('PUT /fleet/v1/units/a.service', {options, desiredState: 'launched'})).status).toBe(201)
    expect(await record('a.service')).toEqual({wanted: 'launched 2', text})
  })
})

describe('DELETE', () => {
  test('forgets a unit: 204, then 404', async () => {
    await submit('a.service', text)
    expect((await bench.call('DELETE /fleet/v1/units/a.service')).status).toBe(204)
    expect((await bench.call('GET /fleet/v1/units/a.service')).status).toBe(404)
    expect(await bench.call('DELETE /fleet/v1/units/a.service')).toMatchObject({
      status: 404,
      json: {error: {code: 404, message: 'unit does not exist'}},
    })
    expect((await bench.call('DELETE /fleet/v1/units/a%2Fb')).status).toBe(404)
  })
})

describe('GET', () => {
  test('shows what was submitted by ctl, with the hash that fleet has of it', async () => {
    const long = '# c\n[Unit]\nDescription=a <b> & c\n\n[Service]\nExecStart=/bin/sh -c "a \\\n  b"\n'
    await submit('a.service', long)
    const {json, body} = await bench.call('GET /fleet/v1/units/a.service?alt=json')
    const expected = [option('Unit', 'Description', 'a <b> & c'), option('Service', 'ExecStart', '/bin/sh -c "a \\\n  b"')]
    expect(json).toMatchObject({options: expected})
    expect(body).toContain('a \\u003cb\\u003e \\u0026 c')
    await bench.put(machineEntry('m1'), stateEntry('a.service', 'active/running', {file: fileHash(long)}))
    expect((await bench.call('GET /fleet/v1/state/a.service')).json).toMatchObject({hash: optionsHash(expected)})
  })

  test('shows a file that fleet would refuse as systemd reads it', async () => {
    await submit('a.service', '[Service] \r\nExecStart=/bin/a \\\r\n  b\r\n')
    expect((await bench.call('GET /fleet/v1/units/a.service')).json).toMatchObject({
      options: [option('Service', 'ExecStart', '/bin/a    b')],
    })
  })

  test('an empty cluster is {}', async () => {
    for (const path of ['units', 'state', 'machines']) expect((await bench.call(`GET /fleet/v1/${path}`)).body).toBe('{}')
  })

  test.each([
    {line: 'GET /fleet/v1/units/x.service', status: 404, message: 'unit does not exist'},
    {line: 'GET /fleet/v1/nothing', status: 404, message: ''},
    {line: 'GET /fleet/v1/units/a/b', status: 404, message: ''},
    {line: 'GET /fleet/v1', status: 405, message: ''},
    {line: 'POST /fleet/v1/units', status: 405, message: 'only GET supported against this resource'},
    {line: 'POST /fleet/v1/units/a.service', status: 405, message: 'only GET, PUT and DELETE supported against this resource'},
    {line: 'PUT /fleet/v1/machines', status: 405, message: 'only GET and PATCH supported against this resource'},
    {line: 'GET /fleet/v1/units?nextPageToken=EwBMLg==', status: 400, message: /page token/},
    {line: 'GET /fleet/v1/units?nextPageToken=', status: 400, message: /page token/},
    {line: 'GET /fleet/v1/units?nextPageToken=a&nextPageToken=b', status: 400, message: 'too many values for page token'},
    {line: 'GET /fleet/v1/state?nextPageToken=%00', status: 400, message: /page token/},
    {line: 'GET /fleet/v1/machines?nextPageToken=ZAACAA==', status: 400, message: /page token/},
  ])('$line is told $status', async ({line, status, message}) => {
    expect(await bench.call(line)).toMatchObject({
      status,
      json: {error: {code: status, message: told(message)}},
    })
  })

  test('says so when etcd is away', async () => {
    bench.store.beforeRead = () => {
      throw new UnreachableError('no answer from 127.0.0.1')
    }
    expect(await bench.call('GET /fleet/v1/units')).toMatchObject({
      status: 503,
      json: {error: {message: 'fleet server unable to communicate with etcd: no answer from 127.0.0.1'}},
    })
  })

  test('tells of a record that cannot be read', async () => {
    await bench.put(entryOf(keys.unit('a.service'), '{'))
    expect(await bench.call('GET /fleet/v1/units/a.service')).toMatchObject({status: 500})
    expect((await bench.call('GET /fleet/v1/units')).body).toBe('{}')
  })

  test('gives pages of a hundred by name, that hold together while units come and go', async () => {
    const names = Array.from({length: 250}, (_, at) => `u${String(at).padStart(3, '0')}.service`)
    await bench.put(...names.map(name => recordEntry(name)))
    const seen: string[] = []
    for (let token = '', page = 0; page < 5; page++) {
      const {json} = await bench.call(`GET /fleet/v1/units${token === '' ? '' : `?nextPageToken=${token}`}`)
      const {units, nextPageToken} = json as {units: {name: string}[]; nextPageToken?: string}
      expect(units.length).toBeLessThanOrEqual(100)
      seen.push(...units.map(({name}) => name))
      if (nextPageToken === undefined) break
      token = nextPageToken
      if (page === 0) {
        await bench.store.inner.commit([], [{kind: 'delete', key: keys.unit('u099.service')}])
        await bench.put(recordEntry('a.service'))
      }
    }
    expect(seen).toEqual(names)
  })

  test('of exactly a hundred units has no second page', async () => {
    await bench.put(...Array.from({length: 100}, (_, at) => recordEntry(`u${at}.service`)))
    expect((await bench.call('GET /fleet/v1/units')).json).not.toHaveProperty('nextPageToken')
  })

  test('reads etcd once for many pages', async () => {
    await bench.put(...Array.from({length: 300}, (_, at) => recordEntry(`u${at}.service`)))
    let reads = 0
    bench.store.beforeRead = prefixes => {
      if (prefixes.includes('units/')) reads++
    }
    for (let count = 0; count < 5; count++) await bench.call('GET /fleet/v1/units')
    expect(reads).toBe(1)
  })

  test('orders names by bytes', async () => {
    await bench.put(...['b@10.service', 'b@9.service', 'B.service', 'a.service'].map(name => recordEntry(name)))
    const {json} = await bench.call('GET /fleet/v1/units')
    expect((json as {units: {name: string}[]}).units.map(({name}) => name)).toEqual([
      'B.service',
      'a.service',
      'b@10.service',
      'b@9.service',
    ])
  })

  test('shows where a unit is, and of a global one only what is wanted', async () => {
    const global = '[Service]\nExecStart=/bin/a\n[X-Fleet]\nGlobal=true\n'
    await submit('g.service', global, 'start')
    await bench.put(
      machineEntry('m1'),
      recordEntry('a.service'),
      assignmentEntry('a.service'),
      stateEntry('a.service', 'active/running'),
      assignmentEntry('g.service', 'm1', {file: fileHash(global)}),
      stateEntry('g.service', 'active/running', {file: fileHash(global)}),
    )
    expect((await bench.call('GET /fleet/v1/units')).json).toMatchObject({
      units: [
        {name: 'a.service', currentState: 'launched', machineID: 'm1'},
        {name: 'g.service', desiredState: 'launched'},
      ],
    })
    const {json} = await bench.call('GET /fleet/v1/units/g.service')
    expect(json).not.toHaveProperty('currentState')
    expect(json).not.toHaveProperty('machineID')
  })
})
