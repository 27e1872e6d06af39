import type {IncomingMessage} from 'node:http'
import {TLSSocket} from 'node:tls'
import {HttpError, type Role, roles} from '../http.ts'
import {type Token, tokenOf} from './tokens.ts'

/** Who asks, and what they may. */
export interface Caller {
  /** For messages: `token jenkins`, `certificate CN=ops`, `socket`, `loopback`. */
  readonly name: string
  readonly role: Role
  /** What the caller shows comes with every request of a browser too, without anybody having meant it. */
  readonly ambient: boolean
}

/** Who may come in at a listener. */
export type Door =
  | {readonly kind: 'socket'}
  /** Plain HTTP; with tokens one is needed, without whoever reaches it is admin. */
  | {readonly kind: 'loopback'; readonly tokens?: () => readonly Token[]}
  | {readonly kind: 'tls'; readonly tokens?: () => readonly Token[]}

const throughSocket: Caller = {name: 'socket', role: 'admin', ambient: true}
const throughLoopback: Caller = {name: 'loopback', role: 'admin', ambient: true}

/** Who sent a request. A token that is shown decides, whatever certificate stands beside. Throws HttpError 401. */
export function callerOf(door: Door, request: IncomingMessage): Caller {
  if (door.kind === 'socket') return throughSocket
  if (door.tokens === undefined && door.kind === 'loopback') return throughLoopback
  const shown = request.headers.authorization
  if (shown !== undefined) return callerWithToken(door.tokens?.() ?? [], shown)
  const {socket} = request
  if (socket instanceof TLSSocket) return callerWithCertificate(socket)
  throw unknownCaller('a token is needed')
}

function callerWithToken(tokens: readonly Token[], authorization: string): Caller {
  const secret = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1]
  if (secret === undefined) throw unknownCaller('Authorization is not `Bearer TOKEN`')
  const token = tokenOf(tokens, secret)
  if (token === undefined) throw unknownCaller('this token is not known', 'error="invalid_token"')
  return {name: `token ${token.name}`, role: token.role, ambient: false}
}

/** The caller whom a certificate names. There must be one, and Node must have found it good. */
function callerWithCertificate(socket: TLSSocket): Caller {
  const {subject} = socket.getPeerCertificate()
  if (subject === undefined) throw unknownCaller('a token or a client certificate is needed')
  if (!socket.authorized) throw unknownCaller(`the client certificate is not accepted: ${socket.authorizationError}`)
  return {name: `certificate CN=${wordsOf(subject.CN).join('+')}`, role: certificateRole(wordsOf(subject.OU)), ambient: true}
}

/** The most that one of a subject's organizational units says; `read` where none says anything. */
export function certificateRole(units: readonly string[]): Role {
  return roles.findLast(role => units.includes(role)) ?? 'read'
}

/** Whether a role may do what takes another. */
export function mayDo(has: Role, takes: Role): boolean {
  return roles.indexOf(has) >= roles.indexOf(takes)
}

/** A name that a subject has several times comes as a list, whatever its type says. */
function wordsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter(word => typeof word === 'string')
}

function unknownCaller(why: string, parameter = ''): HttpError {
  return new HttpError(401, why, {
    hint: 'send `Authorization: Bearer TOKEN`, or connect with a client certificate',
    headers: {'www-authenticate': `Bearer realm="meissa"${parameter === '' ? '' : `, ${parameter}`}`},
  })
}
