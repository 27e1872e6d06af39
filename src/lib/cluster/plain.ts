import type * as v from 'valibot'

type Check = (value: unknown) => boolean

/**
 * A quick look at values out of JSON: it says yes only to what valibot would hand back as it is, field by field, and no to all that
 * valibot has to say a word about or would leave something out of. Of a kind of schema that it does not know it never says yes.
 */
export function plainlyFits(schema: v.GenericSchema): Check {
  const {type, pipe, entries, item, wrapped, value, options} = schema as Described
  if (pipe !== undefined) return pipeFits(pipe)
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return each => typeof each === type
    case 'picklist':
      return each => options?.includes(each) === true
    // What is optional is not there or is as it should be; JSON has no undefined.
    case 'optional':
      return inner(wrapped)
    case 'nullable': {
      const fits = inner(wrapped)
      return each => each === null || fits(each)
    }
    case 'array': {
      const fits = inner(item)
      return each => Array.isArray(each) && each.every(fits)
    }
    case 'record': {
      const fits = inner(value)
      return each => isObject(each) && Object.entries(each).every(([key, of]) => !strange.has(key) && fits(of))
    }
    case 'object':
      return entries === undefined ? never : objectFits(entries)
    default:
      return never
  }
}

/** valibot's schemas and actions, as far as they say what they are. */
interface Described {
  readonly type: string
  readonly pipe?: readonly Described[]
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly item?: v.GenericSchema
  readonly wrapped?: v.GenericSchema
  readonly value?: v.GenericSchema
  readonly options?: readonly unknown[]
  readonly requirement?: unknown
}

const never: Check = () => false

/** Keys of a record that valibot leaves out. */
const strange: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])

function inner(schema: v.GenericSchema | undefined): Check {
  return schema === undefined ? never : plainlyFits(schema)
}

function objectFits(entries: Readonly<Record<string, v.GenericSchema>>): Check {
  const fields = new Map(Object.entries(entries).map(([key, schema]) => [key, plainlyFits(schema)]))
  const needed = Object.keys(entries).filter(key => entries[key]?.type !== 'optional')
  return each => {
    if (!isObject(each)) return false
    for (const key in each) if (fields.get(key)?.(each[key]) !== true) return false
    for (const key of needed) if (each[key] === undefined) return false
    return true
  }
}

function pipeFits([schema, ...actions]: readonly Described[]): Check {
  const checks = [inner(schema as v.GenericSchema | undefined), ...actions.map(actionFits)]
  return each => checks.every(fits => fits(each))
}

function actionFits({type, requirement}: Described): Check {
  if (type === 'regex' && requirement instanceof RegExp && !requirement.global && !requirement.sticky) {
    // The hash of a unit file stands in the values of all its instances, one after the other.
    let last: string | undefined
    return each => {
      if (typeof each !== 'string') return false
      if (each === last) return true
      if (!requirement.test(each)) return false
      last = each
      return true
    }
  }
  if (type === 'integer') return Number.isInteger
  if (type === 'min_value' && typeof requirement === 'number') return each => typeof each === 'number' && each >= requirement
  return never
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
