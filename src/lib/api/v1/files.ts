import type {IncomingHttpHeaders} from 'node:http'
import {type Answer, HttpError} from '../http.ts'
import type {AnswerShape, Operation} from './operation.ts'
import {text} from './schema.ts'
import type {Tools} from './tools.ts'

export const fileAnswers: Readonly<Record<number, AnswerShape>> = {
  200: {summary: 'the text', content: {'text/plain': text('a unit file')}},
  304: {summary: 'it is the one that If-None-Match names'},
}

/** Unit files by their hash: what a hash names never changes. */
export function fileOperations({context}: Tools): readonly Operation[] {
  return [
    {
      id: 'getFile',
      method: 'GET',
      path: '/v1/files/:hash',
      role: 'read',
      summary: 'A unit file by its SHA-256',
      answers: fileAnswers,
      answer: async ({parameters, headers}) => {
        const hash = parameters.hash ?? ''
        const {view} = await context.cluster.look()
        const known = view.files.get(hash)
        if (known === undefined)
          throw new HttpError(404, `no unit file has the SHA-256 ${hash}`, {hint: '`file` of a unit is one'})
        const answer = fileAnswer({hash, text: known}, headers)
        return {...answer, headers: {...answer.headers, 'cache-control': 'private, max-age=31536000, immutable'}}
      },
    },
  ]
}

export function fileAnswer(file: {readonly hash: string; readonly text: string}, headers: IncomingHttpHeaders): Answer {
  const etag = `"${file.hash}"`
  const known = headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''))
  if (known?.includes(etag) || known?.includes('*')) return {status: 304, headers: {etag}}
  return {status: 200, headers: {'content-type': 'text/plain; charset=utf-8', etag}, body: file.text}
}
