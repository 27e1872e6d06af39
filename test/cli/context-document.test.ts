import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {UsageError} from '../../src/lib/base/errors.ts'
import {type ContextEdit, editContexts, parseContexts} from '../../src/lib/cli/context/document.ts'
import {settingNames} from '../../src/lib/cli/context/settings.ts'

const file = 'config.yaml'
const kept = `# mine
current: production
colour: blue # not ours
contexts:
  # careful
  production:
    endpoints: [https://10.0.0.1:2379, https://10.0.0.2:2379]
    ssh-port: 2222
    shade: dark
  staging:
    tunnel: bastion
`

describe('reading', () => {
  test.each<[name: string, text: string]>([
    ['an empty file', ''],
    ['comments alone', '# nothing yet\n'],
    ['empty keys', 'current:\ncontexts:\n'],
  ])('%s: no contexts', (_, text) => {
    expect(parseContexts(file, text)).toEqual({current: undefined, contexts: new Map(), warnings: []})
  })

  test('lists and numbers are texts, and unknown keys are told with their place', () => {
    expect(parseContexts(file, kept)).toEqual({
      current: 'production',
      contexts: new Map([
        ['production', {endpoints: 'https://10.0.0.1:2379,https://10.0.0.2:2379', 'ssh-port': '2222'}],
        ['staging', {tunnel: 'bastion'}],
      ]),
      warnings: ['config.yaml:3:1: unknown key "colour"', 'config.yaml:9:5: contexts.production: unknown key "shade"'],
    })
  })

  test('a mistyped key is told with what was meant', () => {
    expect(parseContexts(file, 'contexts:\n  a:\n    endpoint: x\n').warnings).toEqual([
      'config.yaml:3:5: contexts.a: unknown key "endpoint" (did you mean endpoints?)',
    ])
  })

  test.each<[name: string, text: string, message: string]>([
    ['no YAML', 'contexts: {', 'config.yaml:1:12: '],
    ['a list', '- a\n', 'config.yaml:1:1: the file is no mapping'],
    ['a word', 'nonsense\n', 'config.yaml:1:1: the file is no mapping'],
    ['nothing, written out', 'null\n', 'config.yaml:1:1: the file is no mapping'],
    ['contexts that are a list', 'contexts:\n  - a\n', 'config.yaml:2:3: contexts is no mapping'],
    ['a context that is a text', 'contexts:\n  a: http://x\n', 'config.yaml:2:6: contexts.a is no mapping'],
    ['a setting that is a mapping', 'contexts:\n  a:\n    user: {name: x}\n', 'config.yaml:3:5: contexts.a.user is no text'],
    ['a key twice', 'current: a\ncurrent: b\n', 'config.yaml:2:1: '],
  ])('%s: told with its place', (_, text, message) => {
    expect(() => parseContexts(file, text)).toThrow(UsageError)
    expect(() => parseContexts(file, text)).toThrow(message)
  })
})

describe('changing', () => {
  test.each<[name: string, before: string, edits: readonly ContextEdit[], after: string]>([
    [
      'the first context',
      '',
      [
        {kind: 'set', name: 'a', settings: {endpoints: 'http://x:1'}},
        {kind: 'use', name: 'a'},
      ],
      'contexts:\n  a:\n    endpoints: http://x:1\ncurrent: a\n',
    ],
    ['another one in use', kept, [{kind: 'use', name: 'staging'}], kept.replace('current: production', 'current: staging')],
    ['none in use', kept, [{kind: 'use', name: undefined}], kept.replace('current: production', 'current: null')],
    ['one forgotten', kept, [{kind: 'remove', name: 'staging'}], kept.replace('  staging:\n    tunnel: bastion\n', '')],
    [
      'one replaced',
      kept,
      [{kind: 'set', name: 'staging', settings: {user: 'a:b'}}],
      kept.replace('tunnel: bastion', 'user: a:b'),
    ],
    [
      'contexts that were empty',
      'contexts:\n',
      [{kind: 'set', name: 'a', settings: {tunnel: 'b'}}],
      'contexts:\n  a:\n    tunnel: b\n',
    ],
  ])('%s: the rest stays as it is written', (_, before, edits, after) => {
    const flow = (text: string) => text.replaceAll(/\[\s*(.*?)\s*\]/g, '[$1]')
    expect(flow(editContexts(file, before, edits))).toBe(after)
  })

  test('a broken file is left alone', () => {
    expect(() => editContexts(file, 'contexts: []\n', [{kind: 'use', name: 'a'}])).toThrow(UsageError)
  })

  test('what is written is what is read', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,20}$/)
    const text = fc.string({minLength: 1, unit: 'grapheme'})
    const settings = fc.record(Object.fromEntries(settingNames.map(each => [each, text])), {requiredKeys: []})
    fc.assert(
      fc.property(fc.dictionary(name, settings, {noNullPrototype: true}), contexts => {
        const edits = Object.entries(contexts).map(([each, value]) => ({kind: 'set', name: each, settings: value}) as const)
        const read = parseContexts(file, editContexts(file, kept, edits))
        expect(read.contexts).toEqual(new Map([...parseContexts(file, kept).contexts, ...Object.entries(contexts)]))
      }),
    )
  })
})
