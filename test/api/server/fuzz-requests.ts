import type {Route} from '../../../src/lib/api/http.ts'

/** Numbers between 0 and 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Attack {
  readonly kind: string
  /** What is written, in this order. */
  readonly pieces: readonly Buffer[]
  /** Then the writing side is closed, everything is torn down, or an answer is waited for. */
  readonly afterwards: 'wait' | 'end' | 'destroy'
}

/** Makes requests that are wrong in many ways, and some that are right, for the given routes. */
export class Attacker {
  private readonly routes: readonly Route[]
  private readonly random: () => number
  private route: Route

  constructor(routes: readonly Route[], seed: number) {
    this.routes = routes
    this.random = randomFrom(seed)
    this.route = this.pick(routes)
  }

  next(): Attack {
    const kind = this.pick(kinds)
    this.route = this.pick(this.routes)
    const bytes = this.bytes(kind)
    const cut = kind === 'half' ? this.below(bytes.length) : bytes.length
    const sent = bytes.subarray(0, cut)
    const at = this.below(sent.length)
    const pieces = this.chance(0.2) ? [sent.subarray(0, at), sent.subarray(at)] : [sent]
    return {kind, pieces, afterwards: this.chance(0.1) ? this.pick(['end', 'destroy'] as const) : 'wait'}
  }

  private bytes(kind: Kind): Buffer {
    switch (kind) {
      case 'valid':
      case 'half':
        return this.request(this.path(), this.json())
      case 'random':
        return this.noise(1 + this.below(2000))
      case 'mutated':
        return this.mutate(this.request(this.path(), this.json()))
      case 'headers':
        return this.request(this.path(), '', [`X-Long: ${this.noise(this.below(40_000)).toString('hex')}`])
      case 'many-headers':
        return this.request(
          this.path(),
          '',
          Array.from({length: this.below(3000)}, (_, at) => `X-${at}: ${this.word()}`),
        )
      case 'chunks':
        return this.chunked()
      case 'length':
        return this.request(this.path(), this.json(), [
          `Content-Length: ${this.pick(['-1', '1e3', '99999999999999999999', '0x10', '7', '', '3, 3'])}`,
        ])
      case 'escapes':
        return this.request(
          `${this.path()}${this.pick(['%', '%z', '%ff', '%00', '%2f..%2f', '%c0%80', '%u0041', '/..;/'])}?${this.word()}=%${this.word()}`,
          '',
        )
      case 'type':
        return this.request(this.path(), this.json(), [
          `Content-Type: ${this.pick(['text/html', 'application/json; charset=utf-16', 'multipart/form-data', '', ';;;', 'application/xml'])}`,
        ])
      case 'deep':
        return this.request(this.path(), this.pick(['[', '{"a":', '[{"options":', '{"options":[']).repeat(1 + this.below(20_000)))
      case 'long':
        return this.request(this.path(), 'x'.repeat(1024 * 1024 + this.below(1024)))
      case 'query':
        return this.request(
          `${this.path()}?${Array.from({length: this.below(20)}, () => `${this.pick(words)}=${encodeURIComponent(this.word())}`).join('&')}`,
          '',
        )
    }
  }

  private request(target: string, body: string, headers: readonly string[] = []): Buffer {
    const method = this.chance(0.9) ? this.route.method : this.pick(['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', 'G\0T'])
    const given = headers.some(header => /^content-length/i.test(header))
    const lines = [
      `${method} ${target} HTTP/1.${this.chance(0.95) ? 1 : 0}`,
      'Host: localhost',
      ...(this.chance(0.9) ? ['Connection: close'] : []),
      ...(this.chance(0.8) ? ['Content-Type: application/json'] : []),
      ...(this.chance(0.2)
        ? [`${this.pick(['If-Match', 'If-None-Match', 'Accept', 'Last-Event-ID', 'Expect', 'Origin', 'Range'])}: ${this.word()}`]
        : []),
      ...headers,
      ...(given || body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  private chunked(): Buffer {
    const body = this.json()
    const size = this.pick([
      body.length.toString(16),
      'ffffffffffffffff',
      'zz',
      '-1',
      '0',
      `${body.length.toString(16)};x=${this.word()}`,
      '1',
    ])
    const head = this.request(this.path(), '', ['Transfer-Encoding: chunked', ...(this.chance(0.2) ? ['Content-Length: 5'] : [])])
    return Buffer.concat([
      head,
      Buffer.from(`${size}\r\n${body}\r\n${this.pick(['0\r\n\r\n', '0\r\nTrailer: x\r\n\r\n', '', '0\n\n'])}`),
    ])
  }

  private path(): string {
    if (this.chance(0.05)) return `/${this.word()}`
    return this.route.path.replace(/:\w+/g, () => encodeURIComponent(this.chance(0.7) ? this.pick(names) : this.word()))
  }

  private json(): string {
    if (this.chance(0.4)) return this.pick(bodies)
    return this.chance(0.8) ? JSON.stringify(this.value(0)) : this.word()
  }

  private value(depth: number): unknown {
    if (depth > 3 || this.chance(0.3)) return this.pick([null, true, 0, -1, 1e308, '', this.word(), ...words, {}, []])
    if (this.chance(0.3)) return Array.from({length: this.below(4)}, () => this.value(depth + 1))
    return Object.fromEntries(Array.from({length: this.below(5)}, () => [this.pick(words), this.value(depth + 1)]))
  }

  private mutate(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes)
    for (let left = 1 + this.below(8); left > 0; left--) copy[this.below(copy.length)] = this.below(256)
    const at = this.below(copy.length)
    return this.chance(0.3) ? Buffer.concat([copy.subarray(0, at), this.noise(this.below(20)), copy.subarray(at)]) : copy
  }

  private word(): string {
    return this.chance(0.5)
      ? this.pick([...words, ...names])
      : this.noise(1 + this.below(20))
          .toString(this.pick(['latin1', 'base64', 'hex'] as const))
          .replace(/[\r\n\0 ]/g, '')
  }

  private noise(length: number): Buffer {
    return Buffer.from(Array.from({length}, () => this.below(256)))
  }

  private pick<T>(choices: readonly T[]): T {
    const picked = choices[this.below(choices.length)]
    if (picked === undefined && choices.length === 0) throw new RangeError('nothing to pick from')
    return picked as T
  }

  private below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  private chance(share: number): boolean {
    return this.random() < share
  }
}

const kinds = [
  'valid',
  'valid',
  'valid',
  'random',
  'mutated',
  'mutated',
  'headers',
  'many-headers',
  'chunks',
  'length',
  'half',
  'escapes',
  'type',
  'deep',
  'query',
  'long',
] as const
type Kind = (typeof kinds)[number]

const options = [{section: 'Service', name: 'ExecStart', value: '/bin/true'}]
const bodies: readonly string[] = [
  {name: 'a.service', desiredState: 'launched', options},
  {desiredState: 'inactive'},
  {desiredState: 'never'},
  {options: [...options, {section: 'X-Fleet', name: 'Conflicts', value: '*'}]},
  {text: '[Service]\nExecStart=/bin/true\n', desired: 'launched'},
  {desired: 'loaded'},
  [{op: 'add', path: '/m1/metadata/role', value: {value: 'web'}}],
  [{op: 'remove', path: '/m1/metadata/role'}],
  {metadata: {role: 'web'}, cordon: true},
].map(body => JSON.stringify(body))
const names = [
  'web@1.service',
  'web@.service',
  'a.service',
  'm1',
  'm2',
  'nope.service',
  'web',
  '..',
  'x'.repeat(300),
  'a/b',
  'ä@1.service',
  '__proto__',
]
const words = [
  ...[
    'name',
    'options',
    'section',
    'value',
    'desiredState',
    'launched',
    'loaded',
    'inactive',
    'Service',
    'ExecStart',
    '/bin/true',
    'X-Fleet',
    'Global',
  ],
  ...[
    'text',
    'desired',
    'machine',
    'unit',
    'units',
    'limit',
    'after',
    'since',
    'revision',
    'wait',
    'timeout',
    'fields',
    'alt',
    'json',
    'nextPageToken',
    'op',
    'add',
    'path',
  ],
  ...['constructor', '__proto__', 'toString', '1', '-1', '1e9', '*', '"', '\u0000'],
]
