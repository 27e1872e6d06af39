/** What there is below a prefix, in the form of Google's discovery documents, as fleet told it. */
export function discoveryOf(prefix: string): unknown {
  const path = prefix.replace(/^\//, '')
  return {
    kind: 'discovery#restDescription',
    discoveryVersion: 'v1',
    id: 'fleet:v1',
    name: 'schema',
    version: 'v1',
    title: 'fleet API',
    description: 'The API of fleet, answered by Meissa.',
    protocol: 'rest',
    baseUrl: `$ENDPOINT/${path}/`,
    basePath: `/${path}/`,
    rootUrl: '$ENDPOINT/',
    servicePath: `${path}/`,
    parameters: {},
    auth: {},
    schemas,
    resources,
  }
}

const text = {type: 'string'}
const state = {type: 'string', enum: ['inactive', 'loaded', 'launched']}

const schemas = {
  ...schema('Machine', {id: text, primaryIP: text, metadata: {type: 'object', additionalProperties: text}}),
  ...schema('MetadataOperation', {op: {type: 'string', enum: ['add', 'remove', 'replace']}, path: text, value: text}),
  ...schema('MetadataPatch', undefined, {type: 'array', items: {$ref: 'MetadataOperation'}}),
  ...page('MachinePage', 'machines', 'Machine'),
  ...schema('UnitOption', {section: text, name: text, value: text}),
  ...schema('Unit', {
    name: text,
    options: listOf('UnitOption'),
    desiredState: state,
    currentState: state,
    machineID: text,
  }),
  ...page('UnitPage', 'units', 'Unit'),
  ...schema('UnitState', {
    name: text,
    hash: text,
    machineID: text,
    systemdLoadState: text,
    systemdActiveState: text,
    systemdSubState: text,
  }),
  ...page('UnitStatePage', 'states', 'UnitState'),
}

const unitName = {unitName: {type: 'string', location: 'path', required: true}}
const nextPageToken = inQuery('nextPageToken')

const resources = {
  Machines: {
    methods: {
      List: method('fleet.Machine.List', 'GET machines', {parameters: nextPageToken, response: 'MachinePage'}),
      Patch: method('fleet.Machine.Patch', 'PATCH machines', {request: 'MetadataPatch'}),
    },
  },
  Units: {
    methods: {
      List: method('fleet.Unit.List', 'GET units', {parameters: nextPageToken, response: 'UnitPage'}),
      Get: method('fleet.Unit.Get', 'GET units/{unitName}', {parameters: unitName, response: 'Unit'}),
      Set: method('fleet.Unit.Set', 'PUT units/{unitName}', {parameters: unitName, request: 'Unit'}),
      Delete: method('fleet.Unit.Delete', 'DELETE units/{unitName}', {parameters: unitName}),
    },
  },
  UnitState: {
    methods: {
      List: method('fleet.UnitState.List', 'GET state', {
        parameters: {...nextPageToken, ...inQuery('unitName'), ...inQuery('machineID')},
        response: 'UnitStatePage',
      }),
      Get: method('fleet.UnitState.Get', 'GET state/{unitName}', {parameters: unitName, response: 'UnitState'}),
    },
  },
}

interface MethodParts {
  readonly parameters?: object
  readonly request?: string
  readonly response?: string
}

function method(id: string, call: string, {parameters = {}, request, response}: MethodParts): object {
  const [httpMethod, path = ''] = call.split(' ')
  return {
    id,
    httpMethod,
    path,
    parameters,
    ...(path.includes('{') ? {parameterOrder: ['unitName']} : {}),
    ...(request === undefined ? {} : {request: {$ref: request}}),
    ...(response === undefined ? {} : {response: {$ref: response}}),
  }
}

function schema(id: string, properties: object | undefined, shape: object = {type: 'object'}): Record<string, object> {
  return {[id]: {id, ...shape, ...(properties === undefined ? {} : {properties})}}
}

function page(id: string, name: string, item: string): Record<string, object> {
  return schema(id, {[name]: listOf(item), nextPageToken: text})
}

function listOf(item: string): object {
  return {type: 'array', items: {$ref: item}}
}

function inQuery(name: string): Record<string, object> {
  return {[name]: {type: 'string', location: 'query'}}
}
