import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {GlobIndex} from '../../src/lib/scheduler/glob-index.ts'
import {matchesGlob} from '../../src/lib/unit/glob.ts'

describe('a glob index', () => {
  const names = ['web@1.service', 'web@2.service', 'web@10.service', 'web.service', 'we.service', 'db.service']
  const index = new GlobIndex(names)

  test.each<[glob: string, matches: readonly string[]]>([
    ['web@*.service', ['web@1.service', 'web@10.service', 'web@2.service']],
    ['web.service', ['web.service']],
    ['nobody.service', []],
    ['*', names],
    ['?b.service', ['db.service']],
    ['web@[12].service', ['web@1.service', 'web@2.service']],
    ['w\\eb.service', ['web.service']],
    ['web@*.service*', ['web@1.service', 'web@10.service', 'web@2.service']],
    ['[', []],
    ['', []],
  ])('%j', (glob, matches) => {
    expect([...index.namesOf(glob)].sort()).toEqual([...matches].sort())
  })

  test('says what each name and glob say when asked one by one', () => {
    const text = fc.string({unit: fc.constantFrom('a', 'b', '@', '.', '*', '?', '[', ']', '\\', 'é'), maxLength: 6})
    fc.assert(
      fc.property(fc.array(text), text, (all, glob) => {
        const found = new GlobIndex(all).namesOf(glob)
        expect([...found].sort()).toEqual([...new Set(all)].filter(name => matchesGlob(glob, name)).sort())
      }),
      {numRuns: 500},
    )
  })
})
