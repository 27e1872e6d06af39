import type {IncomingHttpHeaders} from 'node:http'
import type {UnitRecord} from '../../../cluster/model.ts'
import {HttpError} from '../../http.ts'
import type {Parameter} from '../operation.ts'
import {text} from '../schema.ts'

export const preconditionHeaders: readonly Parameter[] = [
  {name: 'If-Match', summary: 'only if the unit has this ETag; `*`: only if it is known', schema: text('ETags')},
  {name: 'If-None-Match', summary: '`*`: only if the unit is not known yet', schema: text('ETags')},
]

/** Throws HttpError 412 when the record is not what the caller took it for. */
export type Precondition = (record: UnitRecord | undefined) => void

/** What the headers ask of a unit's record (RFC 9110, 13.1.1 and 13.1.2). */
export function preconditionOf(name: string, headers: IncomingHttpHeaders): Precondition {
  const [match, noneMatch] = [tagsOf(headers['if-match']), tagsOf(headers['if-none-match'])]
  return record => {
    const tag = record === undefined ? undefined : `"${record.revision}"`
    if (match !== undefined && !has(match, tag))
      throw new HttpError(
        412,
        `${name} ${record === undefined ? 'is not known' : `was changed meanwhile: it has the ETag ${tag}`}`,
        {
          hint: 'nothing was changed; look at it again, and decide anew',
        },
      )
    if (noneMatch !== undefined && has(noneMatch, tag))
      throw new HttpError(412, `${name} is known already, with the ETag ${tag}`, {hint: 'nothing was changed'})
  }
}

function has(tags: readonly string[], tag: string | undefined): boolean {
  return tag !== undefined && (tags.includes('*') || tags.includes(tag))
}

function tagsOf(header: string | undefined): readonly string[] | undefined {
  return header?.split(',').map(tag => tag.trim().replace(/^W\//, ''))
}
