import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import type {Command} from '@oclif/core'
import {Chalk} from 'chalk'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {exitCodes} from '../../src/lib/base/errors.ts'
import {exitCodeWords} from '../../src/lib/cli/manual/groups.ts'
import {manualOf} from '../../src/lib/cli/manual/manual.ts'
import {renderManualPage} from '../../src/lib/cli/manual/page.ts'
import {renderManual, renderOverview, wrapped} from '../../src/lib/cli/manual/text.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ctl = `${root}bin/ctl`

type Said = 'summary' | 'description' | 'strict' | 'args' | 'flags' | 'examples' | 'hidden'
type Parts = {readonly [K in Said]?: Exclude<Command.Cached[K], undefined>}
const command = (id: string, parts: Parts = {}): Command.Cached => ({
  ...{id, aliases: [], args: {}, flags: {}, hidden: false, hiddenAliases: []},
  ...parts,
})
const commands = [
  command('version', {summary: 'Print the version'}),
  command('stop', {
    summary: 'Stop units',
    description: "What 'stops' keeps\nits place.",
    strict: false,
    args: {units: {name: 'units', description: "units: 'web@*'"}},
    flags: {
      block: {name: 'block', type: 'boolean', allowNo: true, summary: 'wait'},
      timeout: {name: 'timeout', type: 'option', multiple: false, char: 't', helpValue: 'TIME', summary: 'no longer'},
      secret: {name: 'secret', type: 'boolean', allowNo: false, hidden: true},
      endpoints: {
        name: 'endpoints',
        type: 'option',
        multiple: false,
        helpGroup: 'GLOBAL',
        summary: 'etcd to use',
        default: 'http://here',
        env: 'CTL_ENDPOINTS',
      },
    },
    examples: ["ctl stop 'web@*'"],
  }),
  command('start', {summary: 'Start units'}),
  command('context:use', {summary: 'Choose', args: {name: {name: 'name', required: true}}}),
  command('complete', {hidden: true}),
]
const manual = manualOf('ctl', commands)
const options = {program: 'ctl', version: '1.0', description: 'Many hosts', width: 80, chalk: new Chalk({level: 0})}

describe('what is known of the commands', () => {
  test('is grouped, in the order of the groups, without what is hidden', () => {
    expect(manual.groups.map(({name, commands}) => [name, ...commands.map(each => each.name)])).toEqual([
      ['Units', 'start', 'stop'],
      ['Cluster', 'context use'],
      ['Program', 'version'],
    ])
  })

  test('is all that a command says of itself', () => {
    expect(manual.groups[0]?.commands[1]).toEqual({
      name: 'stop',
      usage: 'ctl stop UNITS… [FLAGS]',
      summary: 'Stop units',
      description: "What 'stops' keeps its place.",
      args: [{name: 'UNITS', description: "units: 'web@*'"}],
      flags: [
        {usage: '--[no-]block', description: 'wait'},
        {usage: '-t, --timeout TIME', description: 'no longer'},
      ],
      examples: ["ctl stop 'web@*'"],
    })
    expect(manual.groups[1]?.commands[0]?.usage).toBe('ctl context use NAME')
  })

  test('global flags are told once', () => {
    expect(manual.globalFlags).toEqual([
      {usage: '--endpoints ENDPOINTS', description: 'etcd to use (default: http://here; environment: CTL_ENDPOINTS)'},
    ])
  })
})

test('the overview has a line for each command, and the exit codes', () => {
  const lines = renderOverview(manual, options).split('\n')
  expect(lines).toContain('  stop         Stop units')
  expect(lines).toContain('  8            the unit failed; its last lines are printed')
})

test('the manual has usage, flags and examples', () => {
  const text = renderManual(manual, options)
  expect(text).toContain('  ctl stop UNITS… [FLAGS]\n      Stop units\n')
  expect(text).toContain('      -t, --timeout TIME                no longer\n')
  expect(text).toContain("      $ ctl stop 'web@*'\n")
})

test('text is wrapped without losing a word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), {minLength: 1}), fc.nat(100), (words, width) => {
      const lines = wrapped(words.join(' '), width)
      expect(lines.join(' ')).toBe(words.join(' '))
      for (const line of lines) if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(Math.max(20, width))
    }),
  )
})

test('the manual page is ASCII whatever it says, and no text is taken for a request', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', minLength: 1}), text => {
      const page = renderManualPage(
        manualOf('ctl', [command('x', {summary: text, description: text, examples: [text]})]),
        options,
      )
      expect(/^[\0-\x7f]*$/.test(page)).toBe(true)
    }),
  )
  const page = renderManualPage(manualOf('ctl', [command('x', {summary: '.de evil', description: "'br"})]), options)
  expect(page).toContain('\n\\&.de evil.\n')
  expect(page).toContain('\n\\(aqbr\n')
})

test('every exit code has its words, which are those of docs/commands.md', () => {
  const codes = exitCodeWords.map(({code}) => code)
  for (const code of Object.values(exitCodes)) expect(codes).toContain(String(code))
  const docs = readFileSync(`${root}docs/commands.md`, 'utf8').replaceAll('`', '')
  expect(exitCodeWords.filter(({code, when}) => !docs.includes(`| ${code} | ${when}`))).toEqual([])
})

describe('of ctl itself', () => {
  const help = (...words: readonly string[]) => spawnSync(ctl, ['help', ...words], {encoding: 'utf8'})
  const own = readdirSync(`${root}src/commands`)
    .filter(file => file.endsWith('.ts'))
    .map(file => file.slice(0, -3))
    .filter(id => !readFileSync(`${root}src/commands/${id}.ts`, 'utf8').includes('hidden = true'))

  test('every command is in the overview and in the manual', () => {
    const [overview, all] = [help().stdout, help('--all').stdout]
    for (const id of own) {
      expect(overview).toMatch(new RegExp(`^  ${id} `, 'm'))
      expect(all).toMatch(new RegExp(`^  ctl ${id}( |$)`, 'm'))
    }
  })

  test('--all and --man do not go together', () => {
    expect(help('--all', '--man').status).toBe(2)
  })

  const groff = spawnSync('groff', ['--version']).status === 0
  if (!groff) console.log('test/cli/manual.test.ts: there is no groff(1) to check the manual page with')
  test.runIf(groff)('groff finds nothing wrong with the manual page', () => {
    const page = help('--man').stdout
    expect(page).toContain('.SH EXIT STATUS')
    const checked = spawnSync('groff', ['-man', '-ww', '-Tutf8'], {input: page, encoding: 'utf8'})
    expect(checked).toMatchObject({status: 0, stderr: ''})
    expect(checked.stdout).toContain('list-machines')
  })
})
