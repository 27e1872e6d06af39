import {Fault} from '../fault.ts'

/** The fields of one line of CSV (RFC 4180), as Docker's command line takes --mount, --gpus and --network apart: `a,"b,c"`. */
export function csvFields(text: string): readonly string[] | Fault {
  const fields: string[] = []
  const field = /"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)/y
  for (let at = 0; at <= text.length; at = field.lastIndex + 1) {
    field.lastIndex = at
    const match = field.exec(text)
    if (match === null) return new Fault(`'${text}' has a quote in the wrong place`, 'quote a whole field: a=b,"c=d,e"')
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
  }
  return fields
}

/** The fields as `key=value`, keys in lower case; the value of a field without `=` is undefined. */
export function csvPairs(text: string): readonly (readonly [string, string | undefined])[] | Fault {
  const fields = csvFields(text)
  if (fields instanceof Fault) return fields
  return fields.map(field => {
    const equals = field.indexOf('=')
    return equals < 0 ? [field.toLowerCase(), undefined] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)]
  })
}
