import {existsSync, readdirSync, readFileSync} from 'node:fs'
import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {allOptions, parseUnitFile, printUnitFile, type UnitFile} from '../../src/lib/unit/file.ts'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import {parseExecLine} from '../../src/lib/unit/service/exec-words.ts'
import {host} from '../unit/host.ts'

/** How many mutated files: FUZZ_RUNS, or as many as take a few seconds. */
const runs = Number(process.env.FUZZ_RUNS ?? 2000)
/** Most that one file may take, in milliseconds, and what is forgiven a busy machine before it is measured again. */
const mostMilliseconds = 100

const seeds = [
  `[Unit]
Description=A %i of %p
After=docker.service

[Service]
Restart=always
RestartSec=1min 30s
EnvironmentFile=-/etc/env/*.env
Environment=A=1 "B=two words" 'C=\\x41\\u00e9'
ExecStartPre=-/usr/bin/docker kill web-%i
ExecStart=/usr/bin/docker run --rm --name web-%i \\
  # with a port
  -p 127.0.0.1:8080:80/udp -v /a:/b:ro,z \\

ExecStop=/usr/bin/docker stop -t 20 web-%i

[X-Fleet]
Conflicts=web@*.service other-[a-c]?.service
MachineMetadata="zone=a" "zone=b"
`,
  `[Container]
Image=nginx:1.27
Exec=serve --name "%n" $ARGS \${PORT} $$HOME
PublishPort=8080:80
Volume=/data:/data
HealthCmd=["CMD", "true"]
Environment=A=b "C=d e"

[Service]
MemoryMax=1.5G
CPUQuota=50%
LimitNOFILE=1024:2048
SuccessExitStatus=143 SIGTERM

[Install]
WantedBy=multi-user.target
`,
  `[Service]
ExecStart=-@/bin/sh sh -c "while true; do \\
  etcdctl set /a/%i '{\\"a\\": \\"\${B}\\"}' --ttl 60 ; sleep 45; \\
done" ; /bin/echo \\; "x y" \\101
TimeoutStartSec=infinity
StartLimitInterval=10
[Timer]
OnCalendar=Mon..Fri *-*-* 09:00/30
[Socket]
ListenStream=0.0.0.0:80
`,
]
const corpus = new URL('../../../shared/corpus/fleet-units/', import.meta.url)
const field = existsSync(corpus)
  ? readdirSync(corpus, {recursive: true, encoding: 'utf8'})
      .filter(path => /\.(service|timer|socket|mount|template)$/.test(path))
      .map(path => readFileSync(new URL(path, corpus), 'utf8'))
  : []
const texts = [...seeds, ...field]

const names = ['web@3.service', 'web@.service', 'a-b.service', 'x.timer', 'no name'] as const
const oddities = [
  '"',
  "'",
  '\\',
  '%',
  '$',
  '${',
  '}',
  ';',
  '=',
  '[',
  ']',
  '#',
  '\n',
  '\r',
  '\0',
  '\uFEFF',
  ' ',
  '\t',
  '-',
  '@',
  '{',
  '*',
  '\uD800',
]
const lines = [...new Set(texts.flatMap(text => text.split('\n')))]

/** One change of a text; numbers from 0 to 1 choose the place. */
const mutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
  at(
    place => (text, where) =>
      text.slice(0, where) + String.fromCharCode(text.charCodeAt(where) ^ (1 << (place % 8))) + text.slice(where + 1),
  ),
  at(() => (text, where) => text.slice(0, where)),
  at(place => (text, where) => text.slice(0, where) + text.slice(where + (place % 20))),
  at(place => (text, where) => text.slice(0, where) + (oddities[place % oddities.length] ?? '') + text.slice(where)),
  at(
    place => (text, where) =>
      text.slice(0, where) + (oddities[place % oddities.length] ?? '').repeat(place % 300) + text.slice(where),
  ),
  at(place => (text, where) => `${text.slice(0, where)}\n${lines[place % lines.length]}\n${text.slice(where)}`),
  onLines((all, here) => all.toSpliced(here, 1)),
  onLines((all, here, there) => all.toSpliced(there, 0, all[here] ?? '')),
  onLines((all, here, there) => all.with(here, all[there] ?? '').with(there, all[here] ?? '')),
  onLines((all, here) => all.with(here, (all[here] ?? '').split(' ').toReversed().join(' '))),
  onLines((all, here) => all.toSpliced(here, 2, `${all[here]}${all[here + 1] ?? ''}`)),
  fc.nat().map(place => (text: string) => `${text}\n${texts[place % texts.length] ?? ''}`),
)

function at(change: (choice: number) => (text: string, where: number) => string): fc.Arbitrary<(text: string) => string> {
  return fc.tuple(fc.nat(), fc.nat()).map(
    ([place, choice]) =>
      text =>
        change(choice)(text, place % (text.length + 1)),
  )
}

function onLines(change: (all: string[], here: number, there: number) => string[]): fc.Arbitrary<(text: string) => string> {
  return fc.tuple(fc.nat(), fc.nat()).map(([here, there]) => text => {
    const all = text.split('\n')
    return change(all, here % all.length, there % all.length).join('\n')
  })
}

const mutated = fc
  .tuple(fc.nat(texts.length - 1), fc.array(mutation, {maxLength: 8}))
  .map(([which, mutations]) => mutations.reduce((text, mutate) => mutate(text), texts[which] ?? ''))

const contents = (file: UnitFile) => file.sections.map(({name, options}) => [name, options.map(({key, value}) => [key, value])])

test(`${runs} mutated unit files are read without a throw or a hang, and printed and read again alike`, {timeout: 0}, () => {
  let slowest = {milliseconds: 0, text: ''}
  fc.assert(
    fc.property(mutated, fc.constantFrom(...names), fc.boolean(), (text, name, placed) => {
      const took = timeOf(() => {
        const {problems} = parseUnit(name, text, placed ? host : undefined)
        const last = text.split(/\r\n|\n|\r/).length
        for (const {line, column} of problems)
          expect([line >= 0 && line <= last, column === undefined || column > 0]).toEqual([true, true])
      })
      if (took > slowest.milliseconds) slowest = {milliseconds: took, text}
      const {file} = parseUnitFile(text)
      const again = parseUnitFile(printUnitFile(file))
      expect(contents(again.file)).toEqual(contents(file))
      expect(again.problems.filter(({message}) => !message.includes('UTF-8'))).toEqual([])
      for (const {value} of allOptions(file, 'Service')) parseExecLine(value)
    }),
    {numRuns: runs, endOnFailure: runs > 10_000},
  )
  const again = Math.min(...[1, 2, 3].map(() => timeOf(() => parseUnit('web@3.service', slowest.text, host))))
  expect(Math.min(again, slowest.milliseconds), slowest.text).toBeLessThan(mostMilliseconds)
})

const long = 100_000
test.each<[string, string]>([
  ['quotes', `Environment=A=${'"'.repeat(long)}`],
  ['backslashes', `ExecStart=/bin/a ${'\\'.repeat(long)}x${'\\'.repeat(long)}`],
  ['percent signs', `ExecStart=/bin/a ${'%'.repeat(long)}`],
  ['specifiers that are none', `Environment=A=${'%e'.repeat(long)}`],
  ['open braces', `ExecStart=/bin/a ${'${'.repeat(long)}`],
  ['words that are no variables', `Environment=${'a '.repeat(long / 10)}`],
  ['blanks', `Environment=A=1${' '.repeat(long)}${'\t'.repeat(long)}B=`],
  ['continuations', `ExecStart=/bin/a ${'\\\n b '.repeat(long / 10)}`],
  ['comments in continuations', `ExecStart=/bin/a ${'\\\n# b '.repeat(long / 10)}`],
  ['unknown keys', 'Nothing=1\n'.repeat(long / 100)],
  ['a long key', `${'Restart'.repeat(long)}=no`],
  ['flags', `ExecStart=/usr/bin/docker run ${'-e A=b '.repeat(long / 100)} a`],
  ['sections', '[Service]\n'.repeat(long / 10)],
])('%s without end are read in time with their number', (_, lines) => {
  const text = `[Service]\n${lines}\n`
  const took = Math.min(...[1, 2, 3].map(() => timeOf(() => parseUnit('web@3.service', text, host))))
  expect(took).toBeLessThan(10 * mostMilliseconds)
  expect(contents(parseUnitFile(printUnitFile(parseUnitFile(text).file)).file)).toEqual(contents(parseUnitFile(text).file))
})

function timeOf(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
