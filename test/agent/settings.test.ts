import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseSettings, readSettingsFile, type SettingsFile} from '../../src/lib/agent/settings.ts'
import {messageOf, UsageError} from '../../src/lib/base/errors.ts'

const known = ['name', 'metadata', 'capacity', 'reserve', 'ttl', 'engine']

test.each<[name: string, yaml: string, settings: SettingsFile]>([
  ['nothing', '', {}],
  ['nothing but a comment', '# nothing\n', {}],
  ['a text', 'name: web-1', {name: 'web-1'}],
  ['a number and a boolean', 'ttl: 15\nengine: false', {ttl: '15', engine: 'false'}],
  ['metadata as a mapping', 'metadata:\n  role: web\n  zone: 1', {metadata: 'role=web,zone=1'}],
  ['capacity and reserve as mappings', 'capacity:\n  cpu: 4\nreserve:\n  memory: 1G', {capacity: 'cpu=4', reserve: 'memory=1G'}],
  ['metadata as a list', 'metadata: [role=web, zone=1]', {metadata: 'role=web,zone=1'}],
  ['metadata as a text', 'metadata: role=web,zone=1', {metadata: 'role=web,zone=1'}],
])('a file that sets %s', (_, yaml, settings) => {
  expect(parseSettings('agent.yaml', yaml, known)).toEqual(settings)
})

test.each<[name: string, yaml: string, words: readonly string[]]>([
  ['is no YAML', 'name: [web', ['agent.yaml']],
  ['is no mapping', '- name', ['agent.yaml', 'mapping']],
  ['is a mere word', 'web-1', ['agent.yaml', 'mapping']],
  ['sets what is not known', 'nmae: web-1', ['agent.yaml', '"nmae"']],
  ['sets a mapping where a text is wanted', 'name:\n  first: web', ['agent.yaml', 'name']],
  ['sets nothing after a name', 'name:', ['agent.yaml', 'name']],
])('a file that %s is refused', (_, yaml, words) => {
  let told: unknown
  try {
    parseSettings('agent.yaml', yaml, known)
  } catch (error) {
    told = error
  }
  expect(told).toBeInstanceOf(UsageError)
  for (const word of words) expect(messageOf(told)).toContain(word)
})

test('a file that is named must be there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'meissa-settings-'))
  try {
    const path = join(directory, 'agent.yaml')
    await expect(readSettingsFile(path, known)).rejects.toThrow(UsageError)
    await writeFile(path, 'name: web-1\n')
    expect(await readSettingsFile(path, known)).toEqual({name: 'web-1'})
  } finally {
    await rm(directory, {recursive: true})
  }
})
