import {type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap} from 'yaml'
import {UsageError} from '../../base/errors.ts'
import {suggest} from '../suggest.ts'
import {type SettingName, type Settings, settingNames} from './settings.ts'

/** The contexts of a config file. */
export interface Contexts {
  readonly current: string | undefined
  readonly contexts: ReadonlyMap<string, Settings>
  /** Keys that mean nothing to us, with their place. */
  readonly warnings: readonly string[]
}

export type ContextEdit =
  | {readonly kind: 'set'; readonly name: string; readonly settings: Settings}
  | {readonly kind: 'remove'; readonly name: string}
  | {readonly kind: 'use'; readonly name: string | undefined}

/** Reads the text of a config file. Throws UsageError with file, line and column where it is broken; unknown keys are warnings. */
export function parseContexts(source: string, text: string): Contexts {
  return new ContextDocument(source, text).read()
}

/** The text with changes made to it: comments and keys that we do not know stay. Throws as `parseContexts`. */
export function editContexts(source: string, text: string, edits: readonly ContextEdit[]): string {
  return new ContextDocument(source, text).edit(edits)
}

class ContextDocument {
  readonly #source: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed

  constructor(source: string, text: string) {
    this.#source = source
    this.#document = parseDocument(text, {lineCounter: this.#lines, prettyErrors: false})
    const [error] = this.#document.errors
    if (error !== undefined) throw this.#fault(error.pos[0], error.message)
  }

  read(): Contexts {
    const root = this.#document.contents
    if (root !== null && !isMap(root))
      throw this.#fault(offsetOf(root), 'the file is no mapping', 'write `contexts:` and below it a name with its settings')
    const warnings: string[] = []
    let current: string | undefined
    let contexts: ReadonlyMap<string, Settings> = new Map()
    for (const [key, value, offset] of this.#entries(root ?? undefined)) {
      if (key === 'current') current = this.#text(value, offset, 'current')
      else if (key === 'contexts') contexts = this.#contexts(value, warnings)
      else warnings.push(this.#unknown(offset, '', key, ['current', 'contexts']))
    }
    return {current: current === '' ? undefined : current, contexts, warnings}
  }

  edit(edits: readonly ContextEdit[]): string {
    this.read()
    for (const edit of edits) this.#apply(edit)
    return this.#document.toString({lineWidth: 0})
  }

  #apply(edit: ContextEdit): void {
    const document = this.#document
    switch (edit.kind) {
      case 'use':
        // Not deleted: the comment at the head of the file is its first key's.
        if (edit.name !== undefined || document.has('current')) document.set('current', edit.name ?? null)
        return
      case 'remove':
        document.deleteIn(['contexts', edit.name])
        return
      case 'set': {
        if (!isMap(document.get('contexts'))) document.set('contexts', document.createNode({}))
        document.setIn(['contexts', edit.name], document.createNode(edit.settings))
      }
    }
  }

  #contexts(node: unknown, warnings: string[]): ReadonlyMap<string, Settings> {
    const map = this.#map(node, 'contexts', 'write a name and below it its settings')
    return new Map(this.#entries(map).map(([name, value]) => [name, this.#settings(name, value, warnings)]))
  }

  #settings(name: string, node: unknown, warnings: string[]): Settings {
    const settings: Partial<Record<SettingName, string>> = {}
    const map = this.#map(node, `contexts.${name}`, 'write settings such as `endpoints: http://10.0.0.1:2379`')
    for (const [key, value, offset] of this.#entries(map)) {
      const known = settingNames.find(each => each === key)
      if (known === undefined) warnings.push(this.#unknown(offset, `contexts.${name}: `, key, settingNames))
      else {
        const text = this.#text(value, offset, `contexts.${name}.${key}`)
        if (text !== '') settings[known] = text
      }
    }
    return settings
  }

  /** A mapping; nothing at all counts as an empty one. */
  #map(node: unknown, what: string, hint: string): YAMLMap | undefined {
    if (isMap(node)) return node
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return undefined
    throw this.#fault(offsetOf(node), `${what} is no mapping`, hint)
  }

  #entries(map: YAMLMap | undefined): readonly (readonly [key: string, value: unknown, offset: number])[] {
    return (map?.items ?? []).map(({key, value}) => [isScalar(key) ? String(key.value) : String(key), value, offsetOf(key)])
  }

  /** A scalar as text; a list as its texts, joined by commas. */
  #text(node: unknown, offset: number, what: string): string {
    if (node === null || node === undefined) return ''
    if (isScalar(node)) return node.value === null ? '' : String(node.value)
    if (isSeq(node)) return node.items.map(item => this.#text(item, offset, what)).join(',')
    throw this.#fault(offset, `${what} is no text`)
  }

  #unknown(offset: number, where: string, key: string, known: readonly string[]): string {
    const meant = suggest(key, known)
    return `${this.#place(offset)}: ${where}unknown key ${JSON.stringify(key)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
  }

  #fault(offset: number, message: string, hint?: string): UsageError {
    return new UsageError(`${this.#place(offset)}: ${message}`, hint === undefined ? {} : {hint})
  }

  #place(offset: number): string {
    const {line, col} = this.#lines.linePos(offset)
    return `${this.#source}:${line}:${col}`
  }
}

function offsetOf(node: unknown): number {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const start: unknown = Array.isArray(range) ? range[0] : undefined
  return typeof start === 'number' ? start : 0
}
