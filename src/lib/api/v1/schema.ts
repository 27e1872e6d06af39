/** A JSON Schema (draft 2020-12), as far as the OpenAPI document needs it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: SchemaType | readonly SchemaType[]
  readonly description?: string
  readonly enum?: readonly (string | null)[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
}

type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

export function text(description: string): Schema {
  return {type: 'string', description}
}

export function integer(description: string): Schema {
  return {type: 'integer', minimum: 0, description}
}

export function flag(description: string): Schema {
  return {type: 'boolean', description}
}

export function oneOf(values: readonly string[], description: string): Schema {
  return {type: 'string', enum: values, description}
}

export function listOf(items: Schema, description?: string): Schema {
  return {type: 'array', items, ...(description === undefined ? {} : {description})}
}

export function texts(description: string): Schema {
  return {type: 'object', additionalProperties: {type: 'string'}, description}
}

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return {...schema, type: [...types, 'null'], ...(schema.enum === undefined ? {} : {enum: [...schema.enum, null]})}
}

/** An object that has all of these keys and, by their names, may have the optional ones. */
export function record(properties: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return {type: 'object', properties: {...properties, ...optional}, required: Object.keys(properties)}
}

/** One of the document's own schemas. */
export function named(name: string): Schema {
  return {$ref: `#/components/schemas/${name}`}
}
