import {jsonAnswer, type Role} from '../http.ts'
import type {AnswerShape, Operation, Parameter} from './operation.ts'
import {named, type Schema} from './schema.ts'
import {shapes} from './shapes.ts'

/** `GET /v1/openapi.json`: what all operations, and this one, say of themselves. */
export function openApiOperation(operations: readonly Operation[], version: string): Operation {
  const own: Operation = {
    id: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    role: 'read',
    summary: 'This document',
    answers: {200: {summary: 'OpenAPI 3.1', content: {'application/json': {type: 'object'}}}},
    answer: async () => jsonAnswer(document),
  }
  const document = openApi([...operations, own], version)
  return own
}

/** The operations as an OpenAPI document (spec.openapis.org/oas/v3.1.0). */
export function openApi(operations: readonly Operation[], version: string): OpenApi {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = {...paths[path], [operation.method.toLowerCase()]: describe(operation)}
  }
  return {
    openapi: '3.1.0',
    info: {title: 'Meissa', version, description: 'Units, machines and events of a cluster. docs/api.md says more.'},
    paths,
    components: {schemas: shapes, securitySchemes: {token: {type: 'http', scheme: 'bearer'}, certificate: {type: 'mutualTLS'}}},
    // A unix socket needs neither.
    security: [{token: []}, {certificate: []}, {}],
  }
}

export interface OpenApi {
  readonly openapi: string
  readonly info: {readonly title: string; readonly version: string; readonly description: string}
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: {readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: object}
  readonly security: readonly object[]
}

interface OpenApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters?: readonly object[]
  readonly requestBody?: {readonly content: Content; readonly required: true}
  readonly responses: Readonly<Record<string, {readonly description: string; readonly content?: Content}>>
}

type Content = Readonly<Record<string, {readonly schema: Schema}>>

function describe({id, summary, role, path, query = [], headers = [], body, answers}: Operation): OpenApiOperation {
  const inPath = Array.from(path.matchAll(/:(\w+)/g), match => match[1] ?? '')
  const parameters = [
    ...inPath.map(name => ({name, in: 'path', required: true, schema: {type: 'string'}})),
    ...query.map(parameter => described(parameter, 'query')),
    ...headers.map(parameter => described(parameter, 'header')),
  ]
  const responses = Object.entries(answers).map(([status, shape]) => [status, responseOf(shape)] as const)
  return {
    operationId: id,
    summary,
    description: needs[role],
    ...(parameters.length === 0 ? {} : {parameters}),
    ...(body === undefined ? {} : {requestBody: {content: contentOf(body), required: true}}),
    responses: {
      ...Object.fromEntries(responses),
      default: {description: 'a refusal', content: contentOf({'application/json': named('Error')})},
    },
  }
}

const needs: Readonly<Record<Role, string>> = {
  read: 'Takes the role read.',
  operate: 'Takes the role operate.',
  admin: 'Takes the role admin.',
}

function described({name, summary, schema}: Parameter, where: 'query' | 'header'): object {
  return {name, in: where, description: summary, schema}
}

function responseOf({summary, content}: AnswerShape): {readonly description: string; readonly content?: Content} {
  return {description: summary, ...(content === undefined ? {} : {content: contentOf(content)})}
}

function contentOf(content: Readonly<Record<string, Schema>>): Content {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, {schema}]))
}
