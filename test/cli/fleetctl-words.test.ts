import {readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {type Command, Parser} from '@oclif/core'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {journalNames} from '../../src/lib/cli/journal/flags.ts'
import {readCommandLine} from '../../src/lib/cli/program/command-line.ts'
import {describeFailure} from '../../src/lib/cli/program/failure.ts'
import {spellOut} from '../../src/lib/cli/program/fleetctl-words.ts'
import {renameFlags} from '../../src/lib/cli/program/own-words.ts'
import {partSshWords} from '../../src/lib/cli/ssh/words.ts'

const directory = fileURLToPath(new URL('../../src/commands', import.meta.url))
const files = readdirSync(directory).filter(file => file.endsWith('.ts'))
const commands = await Promise.all(
  files.map(async file => {
    const module: {readonly default: typeof Command} = await import(`${directory}/${file}`)
    return {id: file.slice(0, -3), command: module.default, flags: {...module.default.baseFlags, ...module.default.flags}}
  }),
)

/** What the command's own parser makes of a line, with the target of `ssh` parted from what is to run there. */
async function parse(typed: string): Promise<{readonly id: string | undefined; readonly flags: object}> {
  const {id, argv} = readCommandLine(
    typed.split(' '),
    commands.map(({id, flags}) => ({id, flags})),
  )
  const found = commands.find(each => each.id === id)
  if (found === undefined) throw new Error(`${typed}: no command ${id}`)
  const {args, strict} = found.command
  const words = id === 'ssh' ? partSshWords(argv, found.flags).own : renameFlags(argv, id === 'journal' ? journalNames : {})
  const {flags} = await Parser.parse([...words], {flags: found.flags, args, strict})
  return {id, flags}
}

const wishes = ['start', 'load', 'stop', 'restart', 'unload', 'destroy']

describe('every flag of fleetctl is taken', () => {
  test.each<{typed: string; means?: object}>([
    ...['list-machines', 'list-units', 'list-unit-files'].flatMap(list => [
      {typed: `${list} --full`, means: {full: true, legend: true}},
      {typed: `${list} --full=false`, means: {full: false}},
      {typed: `${list} -full`, means: {full: true}},
      {typed: `${list} --l`, means: {full: true}},
      {typed: `${list} -l`, means: {full: true}},
      {typed: `${list} --no-legend`, means: {legend: false}},
      {typed: `${list} -no-legend`, means: {legend: false}},
      {typed: `${list} --no-legend=true`, means: {legend: false}},
      {typed: `${list} --no-legend=false`, means: {legend: true}},
      {typed: `${list} --fields=machine`, means: {fields: 'machine'}},
      {typed: `${list} -fields machine`, means: {fields: 'machine'}},
    ]),
    ...wishes.flatMap(wish => [
      {typed: `${wish} --no-block web@1`, means: {block: false}},
      {typed: `${wish} -no-block web@1`, means: {block: false}},
      {typed: `${wish} --no-block=false web@1`, means: {block: true}},
      {typed: `${wish} --block-attempts=3 web@1`, means: {'block-attempts': 3}},
      {typed: `${wish} -block-attempts 3 web@1`, means: {'block-attempts': 3}},
    ]),
    ...['submit', 'load', 'start'].flatMap(bring => [
      {typed: `${bring} --replace web@1`, means: {replace: true}},
      {typed: `${bring} --replace=false web@1`, means: {replace: false}},
      {typed: `${bring} --sign web@1`, means: {replace: false}},
      {typed: `${bring} --sign=true web@1`, means: {replace: false}},
    ]),
    {typed: 'status --ssh-port 2222 web@1', means: {'ssh-port': 2222}},
    {typed: 'status -ssh-port=2222 web@1', means: {'ssh-port': 2222}},
    {typed: 'journal --lines 3 web@1', means: {lines: '3'}},
    {typed: 'journal -lines=3 web@1', means: {lines: '3'}},
    {typed: 'journal --follow web@1', means: {follow: true}},
    {typed: 'journal -follow web@1', means: {follow: true}},
    {typed: 'journal --f web@1', means: {follow: true}},
    {typed: 'journal -f web@1', means: {follow: true}},
    {typed: 'journal --output short web@1', means: {output: 'short'}},
    {typed: 'journal -output=cat web@1', means: {output: 'cat'}},
    {typed: 'journal --sudo --ssh-port=22 web@1', means: {sudo: true, 'ssh-port': 22}},
    {typed: 'ssh --machine 4f1c uptime', means: {machine: '4f1c'}},
    {typed: 'ssh -machine=4f1c uptime', means: {machine: '4f1c'}},
    {typed: 'ssh --unit web@1 --ssh-port 22', means: {unit: 'web@1', 'ssh-port': 22}},
    {typed: 'ssh --forward-agent web@1 uptime', means: {'forward-agent': true}},
    {typed: 'ssh --A web@1 uptime', means: {'forward-agent': true}},
    {typed: 'ssh web@1 --A uptime', means: {'forward-agent': true}},
    {typed: 'ssh -A web@1', means: {'forward-agent': true}},
    {typed: 'cat web@1'},
    {typed: 'fd-forward /run/docker.sock'},
    {typed: 'version'},
    {typed: '--tunnel 10.0.0.1 list-units', means: {tunnel: '10.0.0.1'}},
    {typed: '--ssh-username=core list-units', means: {'ssh-username': 'core'}},
    {typed: '--ssh-timeout=10.0 list-units', means: {'ssh-timeout': '10.0'}},
    {typed: '--strict-host-key-checking=false list-units', means: {'strict-host-key-checking': false}},
    {typed: '--strict-host-key-checking=true list-units', means: {'strict-host-key-checking': true}},
    {typed: '--known-hosts-file /k list-units', means: {'known-hosts-file': '/k'}},
    {typed: '--ca-file a --cert-file=b --key-file c list-units', means: {cacert: 'a', cert: 'b', key: 'c'}},
    {typed: '--etcd-cafile a --etcd-certfile b --etcd-keyfile c list-units', means: {cacert: 'a', cert: 'b', key: 'c'}},
    {typed: '--request-timeout=3.0 list-units'},
    {typed: '--request-timeout 3.0 --experimental-api=true list-units'},
    {typed: '--driver=API list-units'},
    {typed: '--driver etcd --debug list-units'},
    {typed: 'list-units --driver etcd'},
    {typed: 'dev --driver noop', means: {driver: 'noop'}},
    {typed: 'import --endpoint http://a --ca-file b', means: {'fleet-endpoint': 'http://a', 'fleet-cacert': 'b'}},
    {typed: '--endpoint unix:///a import', means: {'fleet-endpoint': 'unix:///a'}},
  ])('$typed', async ({typed, means = {}}) => {
    const flags = new Map(Object.entries((await parse(typed)).flags))
    expect(Object.fromEntries(Object.keys(means).map(name => [name, flags.get(name) ?? false]))).toEqual(means)
  })

  test.each([
    ['--endpoint http://a:4001 list-units', /unknown flag --endpoint \(it is that of fleet's API; .*--endpoints\)/],
    ['destroy --endpoint=http://a:4001 web@1', /unknown flag --endpoint=http:\/\/a:4001 \(it is that of fleet's API/],
    ['--etcd-key-prefix=/x list-units', /it is that of fleet's keys.*--prefix/],
  ])('but not one that says which cluster is meant: %s', async (typed, said) => {
    const thrown = await parse(typed).catch((error: unknown) => error)
    expect(describeFailure(thrown, {program: 'ctl', command: 'it', flags: []})).toMatchObject({
      message: expect.stringMatching(said),
      exitCode: 2,
    })
  })
})

describe('what is no flag of fleetctl’s', () => {
  test.each([
    ['what runs elsewhere', 'ssh web@1 ls -full --f -no-legend', ['web@1', 'ls', '-full', '--f', '-no-legend']],
    ['what stands behind --', 'journal -- --f', ['--', '--f']],
    ['short flags in a row', 'exec -it web@1', ['-it', 'web@1']],
    ['a short flag with its value', 'journal -n100 -ojson web@1', ['-n100', '-ojson', 'web@1']],
    ['an unknown flag', 'list-units --constructor -nope', ['--constructor', '-nope']],
    ['a value that is no truth', 'list-units --full=perhaps', ['--full=perhaps']],
  ])('%s stays as it is', (_, typed, argv) => {
    const known = commands.map(({id, flags}) => ({id, flags}))
    expect(readCommandLine(typed.split(' '), known).argv).toEqual(argv)
  })

  test('is neither lost nor moved', () => {
    const words = fc.array(fc.string().filter(word => !word.startsWith('-')))
    fc.assert(
      fc.property(words, each => {
        expect(spellOut(each, new Map())).toEqual(each.map((word, at) => ({word, at})))
      }),
    )
  })
})
